/** What the command line of the bench of real models says. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSetting } from '../../../src/promptwizard/settings.ts';
import { PLAN_NAMES, type PlanName } from '../../../src/promptwizard/types.ts';

export interface Options {
  server: string | null;
  /** As the server names it; null: the first that it lists, and for the table the one that was run last. */
  model: string | null;
  tasks: string[];
  plan: PlanName;
  seeds: number[];
  data: string;
  out: string;
  maxTokens: number;
  /** With `recording` and `server`: a run on the first so many rows is made for it, outside of the table. null: all 85. */
  rows: number | null;
  jobs: number;
  tableOnly: boolean;
  anyVersion: boolean;
  /** A file: the one stored run that tasks, plan and seeds name is written there as a recording. */
  recording: string | null;
  /** Keep the replies with the sources. */
  keep: boolean;
}

const USAGE = `npm run bench:models -- --server URL [--model NAME] [--tasks object-counting,navigate] [--plan quick] [--seeds 1,2]
  [--data FOLDER] [--out FOLDER] [--max-tokens 512] [--jobs 1]     runs what is not yet stored, then writes docs/proof.md
npm run bench:models -- --table [--out FOLDER] [--any-version]    writes docs/proof.md from what is stored
npm run bench:models -- --recording FILE --model NAME --tasks navigate --plan quick --seeds 1    writes a stored run as a recording;
  with --server URL [--rows 24] makes a run for it, on fewer rows, that no table counts
npm run bench:models -- --keep --model NAME [--out FOLDER]    keeps all replies with the sources, compressed`;

/** @throws Error with the usage */
export function readOptions(args: string[], root: string): Options {
  const wrong = (why: string) => new Error(`${why}\n\n${USAGE}`);
  const near = resolve(root, '../shared/data');
  const text = (standard: string) => ({ type: 'string', default: standard }) as const;
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        server: { type: 'string' },
        model: { type: 'string' },
        tasks: text('object-counting,navigate'),
        plan: text('quick'),
        seeds: text('1,2'),
        data: text(existsSync(near) ? near : join(root, 'data')),
        out: text(join(root, 'bench-models')),
        'max-tokens': text('512'),
        rows: { type: 'string' },
        jobs: text('1'),
        table: { type: 'boolean', default: false },
        'any-version': { type: 'boolean', default: false },
        recording: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const plan = PLAN_NAMES.find((name) => name === values.plan);
  if (!plan) throw wrong(`--plan must be one of ${PLAN_NAMES.join(', ')}; it is “${values.plan}”.`);
  if (values.recording && !values.model) throw wrong('--model is missing: the name under which the run is stored.');
  if (values.keep && !values.model) throw wrong('--model is missing: the name under which the replies are stored.');
  if (!values.server && !values.table && !values.recording && !values.keep)
    throw wrong('--server is missing: the address of a server that speaks OpenAI’s interface.');
  const list = (items: string) => items.split(',').map((item) => item.trim()).filter(Boolean); // prettier-ignore
  const whole = (name: string, value: string) => {
    if (!/^\d+$/.test(value)) throw wrong(`--${name} must be whole numbers; it holds “${value}”.`);
    return Number(value);
  };
  return {
    server: values.server ?? null,
    model: values.model ?? null,
    tasks: list(values.tasks),
    plan,
    seeds: list(values.seeds).map((seed) => whole('seeds', seed)),
    data: values.data,
    out: values.out,
    rows: values.rows === undefined ? null : whole('rows', values.rows),
    maxTokens: readSetting('maxTokens', values['max-tokens']),
    jobs: Math.max(1, whole('jobs', values.jobs)),
    tableOnly: values.table,
    anyVersion: values['any-version'],
    recording: values.recording ?? null,
    keep: values.keep,
  };
}
