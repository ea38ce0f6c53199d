import type { StoredRun } from './storedRun.ts';

export interface Picked {
  runs: StoredRun[];
  model: string;
  /** Sentences on what was left out. */
  notes: string[];
}

/** The runs of one model and, unless all are asked for, of the method as it is now; by task, plan and seed. */
export function pickRuns(all: readonly StoredRun[], want: { model: string | null; method: string; anyVersion: boolean }): Picked {
  const models = [...new Set(all.map((run) => run.input.model.id))];
  const latest = [...all].sort((a, b) => (a.finished < b.finished ? 1 : -1))[0]?.input.model.id ?? '';
  const asked = want.model
    ?.split('/')
    .at(-1)
    ?.replace(/\.gguf$/i, '');
  const model = asked ?? latest;
  const notes: string[] = [];
  const others = models.filter((one) => one !== model);
  if (others.length > 0) notes.push(`Runs of other models are on file too and left out: ${others.join(', ')}.`);
  const ofModel = all.filter((run) => run.input.model.id === model);
  const runs = ofModel.filter((run) => want.anyVersion || run.method === want.method);
  const versions = new Set(runs.map((run) => run.method));
  if (runs.length < ofModel.length) {
    notes.push(
      `${ofModel.length - runs.length} runs of other versions of the method are on file and left out; \`--any-version\` takes them in.`,
    );
  }
  if (versions.size > 1) notes.push(`The runs are of ${versions.size} versions of the method: ${[...versions].sort().join(', ')}.`);
  const key = ({ task, input, method }: StoredRun) => [task, input.plan, String(input.seed).padStart(9, '0'), method].join(' ');
  return { runs: [...runs].sort((a, b) => (key(a) < key(b) ? -1 : 1)), model, notes };
}
