/** What a reload would break off now, in words after “when”; empty: nothing. A run counts in any tab, what is loaded here. */
import { engine } from '../models/engine.svelte.ts';

export async function underWay(): Promise<string> {
  const { ownedRuns } = await import('../../store/owners.ts');
  if ((await ownedRuns()).size > 0) return 'the run has ended';
  if (engine.loading) return 'the model is loaded';
  const { files } = await import('../models/files/files.svelte.ts');
  return engine.importing || files.work ? 'the work on the model’s files is done' : '';
}
