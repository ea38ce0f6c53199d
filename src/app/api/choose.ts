/** Which model answers a request: the loaded one, else one that lies on this machine. Never one that would be fetched, nor a server that nobody chose. */
import type { ModelRef } from '../../engines/engine.ts';
import { engine } from '../models/engine.svelte.ts';

/** null: none. Looks at the device when nobody has yet. */
export async function chooseModel(): Promise<ModelRef | null> {
  if (engine.loaded) return engine.loaded.ref;
  if (engine.loading) return engine.loading.ref;
  if (!engine.report) await engine.check();
  const { chosen } = engine;
  if (chosen?.here && (chosen.fits || chosen.mayTryAnyway)) return chosen.ref;
  const offers = [...(engine.report?.offers ?? []), ...engine.ownOffers];
  // A server counts as here wherever it is.
  return offers.find(({ ref, here, fits }) => ref.engine !== 'openai' && here && fits)?.ref ?? null;
}
