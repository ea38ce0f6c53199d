/** The bench's one table: arms by kinds, ratios, bars, ablations, and the knobs of the worlds. */
import type { Kind } from '../world/kinds.ts';
import type { ArmName } from './arms.ts';
import { overKinds, pairedGain, type Sums } from './sums.ts';

export type Found = Map<ArmName, Map<Kind, Sums>>;

const points = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => (share >= 0 ? '+' : '') + points(share);
/** "none" where the other side has no gain to be a multiple of. */
const times = (a: number, b: number): string => (b > 0.001 ? (a / b).toFixed(1) : a > 0.001 ? 'all' : '–');

const HEAD = ['kind', 'arm', 'start', 'free', 'final', 'gain (± s.e.)', 'to free', 'worse (95 % limit)', 'calls', 'tokens', 'lost', 'better/no/open', 'ms/call']; // prettier-ignore

export function table(
  found: Found,
  main: readonly ArmName[],
  ablations: readonly ArmName[],
  whole: ArmName,
  knobs: Record<string, number>,
): string {
  const kinds = [...found.get(main[0]!)!.keys()];
  const rows: string[][] = [HEAD];
  for (const kind of kinds) for (const arm of main) rows.push(line(kind, arm, found.get(arm)!.get(kind)!));
  for (const arm of main) rows.push(line('all kinds', arm, overKinds([...found.get(arm)!.values()])));
  const parts = [aligned(rows)];
  const upstream = main.filter((arm) => arm.startsWith('upstream'));
  if (upstream.length > 0)
    parts.push('Ours against upstream, as ratios (“all”: upstream gains nothing there)', aligned(ratios(found, kinds, main, upstream)));
  if (main.includes('quick') && upstream.length > 0) parts.push(bars(found, kinds, upstream));
  if (ablations.length > 0) parts.push(`What each part brings: the gain of the whole, and what is added to it when the part is left out, in points (± s.e., same worlds; ${whole}, and thorough for personas)`, aligned(parted(found, kinds, ablations, whole))); // prettier-ignore
  parts.push(`Knobs of all worlds but where a kind says otherwise: ${Object.entries(knobs).map(([k, v]) => `${k} ${Number(v.toFixed(3))}`).join(', ')}.`); // prettier-ignore
  return parts.join('\n\n');
}

function line(kind: string, arm: string, s: Sums): string[] {
  const ended = s.runs - s.lost;
  return [
    kind, arm, points(s.start), points(s.free), points(s.final), `${signed(s.gain)} ± ${points(s.gainError)}`, signed(s.final - s.free),
    `${points(s.worse / Math.max(1, ended))} % (${points(s.worseLimit)} %)`, s.calls.toFixed(0), s.tokens.toFixed(0), `${s.lost} of ${s.runs}`,
    s.outcomes.some((n) => n > 0) ? s.outcomes.join('/') : '–', s.ownPerCall.toFixed(3),
  ]; // prettier-ignore
}

function ratios(found: Found, kinds: readonly Kind[], main: readonly ArmName[], upstream: readonly ArmName[]): string[][] {
  const rows = [['kind', ...upstream.flatMap((u) => main.filter((a) => !upstream.includes(a)).map((a) => `${a} / ${u}: gain, calls, tokens`))]]; // prettier-ignore
  const cells = (of: (arm: ArmName) => Sums) =>
    upstream.flatMap((u) =>
      main.filter((a) => !upstream.includes(a)).map((a) => {
        const [x, y] = [of(a), of(u)];
        return `${times(x.gain, y.gain)}, ${times(x.calls, y.calls)}, ${times(x.tokens, y.tokens)}`;
      }),
    ); // prettier-ignore
  for (const kind of kinds) rows.push([kind, ...cells((arm) => found.get(arm)!.get(kind)!)]);
  rows.push(['all kinds', ...cells((arm) => overKinds([...found.get(arm)!.values()]))]);
  return rows;
}

function bars(found: Found, kinds: readonly Kind[], upstream: readonly ArmName[]): string {
  const ours = found.get('quick')!;
  const all = overKinds([...ours.values()]);
  const best = (kind: Kind) => Math.max(0, ...upstream.map((u) => found.get(u)!.get(kind)!.gain));
  const bar = (met: boolean, text: string) => `${met ? 'met ' : 'MISSED'}  ${text}`;
  const short = kinds.filter((kind) => ours.get(kind)!.gain < 2 * best(kind));
  const whole = Math.max(0, ...upstream.map((u) => overKinds([...found.get(u)!.values()]).gain));
  const most = found.get('upstream');
  const calls = most ? overKinds([...most.values()]).calls : Infinity;
  const worst = kinds.toSorted((a, b) => ours.get(b)!.worse / ours.get(b)!.runs - ours.get(a)!.worse / ours.get(a)!.runs)[0]!;
  const w = ours.get(worst)!;
  return [
    'Bars for quick with 30 verdict rows',
    bar(all.gain >= 2 * whole && all.calls <= calls, `gain over all kinds at least twice upstream's better arm, at no more calls: ${points(all.gain)} to ${points(whole)} points, ${all.calls.toFixed(0)} to ${calls.toFixed(0)} calls`),
    bar(short.length === 0, `the same in each kind${short.length > 0 ? `: not in ${short.map((k) => `“${k}” (${points(ours.get(k)!.gain)} to ${points(best(k))})`).join(', ')}` : ''}`),
    bar(w.worse / w.runs <= 0.02, `worse than the start in at most 2 % of the runs of each kind: at most ${points(w.worse / w.runs)} %, “${worst}” (95 % limit ${points(w.worseLimit)} %)`),
    bar(all.lost === 0, `no run lost: ${all.lost} of ${all.runs}`),
    bar(all.ownPerCall <= 0.2, `the method's own time at most 0.2 ms a call: ${all.ownPerCall.toFixed(3)} ms`),
  ].join('\n'); // prettier-ignore
}

function parted(found: Found, kinds: readonly Kind[], ablations: readonly ArmName[], whole: ArmName): string[][] {
  const rows = [['without', ...kinds, 'all kinds', 'worse', 'calls']];
  const plain = (arm: ArmName, name: string) => {
    const sums = found.get(arm)!;
    const all = overKinds([...sums.values()]);
    rows.push([
      name,
      ...kinds.map((k) => signed(sums.get(k)!.gain)),
      signed(all.gain),
      `${points(all.worse / all.runs)} %`,
      all.calls.toFixed(0),
    ]);
  };
  for (const arm of [whole, ...(ablations.includes('no persona') ? (['thorough'] as const) : [])]) plain(arm, `(all of ${arm})`);
  for (const arm of ablations) {
    const base = found.get(arm === 'no persona' ? 'thorough' : whole)!;
    const sums = found.get(arm)!;
    const differences = kinds.map((k) => pairedGain(sums.get(k)!, base.get(k)!));
    const mean = differences.reduce((t, d) => t + d.mean, 0) / kinds.length;
    const error = Math.hypot(...differences.map((d) => d.error)) / kinds.length;
    const all = overKinds([...sums.values()]);
    rows.push([
      arm.replace(/^no /, ''),
      ...[...differences, { mean, error }].map((d) => `${signed(d.mean)} ± ${points(d.error)}`),
      `${points(all.worse / all.runs)} %`,
      all.calls.toFixed(0),
    ]);
  }
  return rows;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ').trimEnd()).join('\n'); // prettier-ignore
}
