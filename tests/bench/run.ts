/**
 * `npm run bench`: the method, the published algorithm, and the method without each of its parts, in simulated worlds whose
 * truth is known. Options: --worlds 1000 (of each kind; others than quick and standard get a fifth) --plan quick,standard
 * --kinds "nothing helps,examples help" --ablations no --threads 2 --knobs nonsense=0.2,wording=0.05
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { KINDS, type Kind } from '../world/kinds.ts';
import { MEASURED } from '../world/measured.ts';
import { ARMS, type ArmName } from './arms.ts';
import { GIVEN, type Measured } from './measure.ts';
import { sumsOf } from './sums.ts';
import { table, type Found } from './table.ts';
import { threads } from './threads.ts';
import type { Job } from './worker.ts';

const { values: given } = parseArgs({
  args: process.argv.slice(2),
  options: {
    worlds: { type: 'string', default: '1000' },
    plan: { type: 'string', default: 'quick,standard' },
    kinds: { type: 'string', default: KINDS.join(',') },
    ablations: { type: 'string', default: 'yes' },
    threads: { type: 'string', default: '2' },
    knobs: { type: 'string', default: '' },
  },
});
const list = (text: string): string[] => text.split(',').map((part) => part.trim()); // prettier-ignore
const pick = <T extends string>(what: string, wanted: string[], known: readonly T[]): T[] => {
  const unknown = wanted.filter((w) => !known.includes(w as T));
  if (unknown.length > 0) throw new Error(`There is no ${what} “${unknown.join('”, “')}”; there is ${known.join(', ')}.`);
  return wanted as T[];
};
const kinds = pick<Kind>('kind', list(given.kinds), KINDS);
const plans = pick('plan', list(given.plan), ['quick', 'standard', 'thorough'] as const);
const knobs = Object.fromEntries(given.knobs === '' ? [] : list(given.knobs).map((one) => [one.split('=')[0]!, Number(one.split('=')[1])])); // prettier-ignore
pick('knob', Object.keys(knobs), Object.keys(MEASURED));
const worlds = Number(given.worlds);
if (![worlds, Number(given.threads), ...Object.values(knobs)].every(Number.isFinite))
  throw new Error('Worlds, threads and knobs are numbers.');
const fewer = Math.max(1, Math.min(worlds, Math.max(50, Math.round(worlds / 5))));
const names = Object.keys(ARMS) as ArmName[];
const main: ArmName[] = [...plans, ...names.filter((name) => name.startsWith('upstream'))];
const ablations = given.ablations === 'no' ? [] : names.filter((name) => name.startsWith('no '));
const whole = ablations.length > 0 ? (['standard', 'thorough'] as const) : [];
const arms = [...new Set<ArmName>([...main, ...whole, ...ablations])];

const STEP = 10;
const jobs: Job[] = [];
for (const arm of arms) {
  const count = plans.includes(arm as (typeof plans)[number]) && arm !== 'thorough' ? worlds : fewer;
  for (const kind of kinds)
    for (let from = 0; from < count; from += STEP) jobs.push({ arm, kind, from, to: Math.min(count, from + STEP), knobs });
}
// The slowest first, so that the threads end together.
const slow = (name: ArmName) => (name === 'thorough' || name === 'no persona' ? 2 : name.startsWith('no ') ? 1 : 0);
jobs.sort((a, b) => slow(b.arm) - slow(a.arm));

const found = new Map<string, Measured[]>();
const began = performance.now();
let ended = 0;
let told = -1;
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
await threads(pathToFileURL(process.argv[1]!), Math.max(1, Number(given.threads)), jobs, ({ arm, kind }, runs) => {
  const key = `${arm}|${kind}`;
  found.set(key, [...(found.get(key) ?? []), ...runs]);
  const percent = Math.floor((100 * ++ended) / jobs.length);
  if (percent === told || (!process.stderr.isTTY && percent % 10 !== 0)) return;
  told = percent;
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${percent} % of the runs, ${seconds()} s${process.stderr.isTTY ? ' ' : '\n'}`);
});
const sums: Found = new Map(arms.map((arm) => [arm, new Map(kinds.map((kind) => [kind, sumsOf(found.get(`${arm}|${kind}`) ?? [])]))]));
console.log(
  `\n${worlds} worlds of each kind for ${plans.join(' and ')}, ${fewer} for all else; ${GIVEN} rows given. Scores are the exact chance on unseen rows, in points.\n`,
);
console.log(table(sums, main, ablations, 'standard', { ...MEASURED, ...knobs }));
console.log(`\n${[...found.values()].reduce((n, runs) => n + runs.length, 0)} runs in ${seconds()} s.`);
