/**
 * `npm run bench`: the method on a simulated model with known truth, some hundred seeded worlds of each kind. Start,
 * free baseline and delivered prompt are scored on fresh rows that no run sees. Usage: [plan] [worlds of each kind].
 */
import type { LlmRequest } from '../../src/promptwizard/llm.ts';
import { metricOf } from '../../src/promptwizard/metrics/metric.ts';
import { optimize } from '../../src/promptwizard/optimize.ts';
import { renderMessages } from '../../src/promptwizard/render.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import { wilson } from '../../src/promptwizard/stats.ts';
import { emptyState, reduce } from '../../src/promptwizard/state.ts';
import { estimateTokens } from '../../src/promptwizard/tokens.ts';
import { PLAN_NAMES, type PlanName, type Row } from '../../src/promptwizard/types.ts';
import { countingRows, SimulatedModel, type World } from '../world/model.ts';

const plan = (PLAN_NAMES.find((p) => p === process.argv[2]) ?? 'quick') satisfies PlanName;
const worlds = Number(process.argv[3] ?? 200);

/** Kinds of worlds; the sizes of the effects are those seen with small models (a sentence: up to 38 points; noise besides). */
const KINDS: Record<string, Partial<World>> = {
  'reasoning helps': {
    base: 0.3,
    effects: { contract: 0.02, free: 0.28, styles: { symbols: 0.38, parts: 0.3, list: 0.3, track: 0.25 }, demos: 0.2, chains: 0.05 },
  },
  'reasoning hurts': {
    base: 0.65,
    effects: { contract: 0, free: -0.2, styles: Object.fromEntries(['symbols', 'parts', 'list'].map((s) => [s, -0.1])), demos: -0.05 },
  },
  'one style helps': { base: 0.5, effects: { contract: 0.03, free: 0.02, styles: { contrast: 0.3, literal: 0.25, definition: 0.2 } } },
  'nothing helps': { base: 0.5, effects: {} },
  'unreadable 10 %': {
    base: 0.3,
    effects: { contract: 0.02, free: 0.28, demos: 0.2, styles: { symbols: 0.38 } },
    cut: 0.1,
    unreadable: 0.1,
    nonsense: 0.6,
  },
};

const all = countingRows(385);
const [given, unseen] = [all.slice(0, 85), all.slice(85)];

async function scoreOf(model: SimulatedModel, content: (row: Row) => LlmRequest['messages']): Promise<number> {
  const metric = metricOf({ kind: 'number' });
  let sum = 0;
  for (const row of unseen) {
    const reply = await model.llm({ purpose: 'solve', messages: content(row), maxTokens: 256, temperature: 0, seed: 0 });
    sum += reply.finish === 'stop' ? metric.score(metric.read(reply.text, row), row) : 0;
  }
  return sum / unseen.length;
}

console.log(`plan ${plan}, ${worlds} worlds of each kind, 85 rows given, ${unseen.length} unseen rows to score on`);
console.log(
  'kind              start   free    ours    gain  worse than start (95 % limit)  calls  tokens  lost  better/none/open  ms per call',
);
for (const [kind, knobs] of Object.entries(KINDS)) {
  const sum = { start: 0, free: 0, ours: 0, worse: 0, calls: 0, tokens: 0, lost: 0, ms: 0 };
  const outcomes: Record<string, number> = {};
  for (let seed = 0; seed < worlds; seed++) {
    const model = new SimulatedModel({ seed, base: 0.5, effects: {}, spread: 0.4, ...knobs }, all);
    let inModel = 0;
    const input = {
      task: { prompt: 'Answer the question.', rows: given },
      settings: defaultSettings(),
      plan,
      model: { id: 'simulated', title: 'simulated', contextSize: 4096 },
      seed,
    };
    const llm = async (request: LlmRequest) => {
      const before = performance.now();
      const reply = await model.llm(request);
      inModel += performance.now() - before;
      return reply;
    };
    const state = emptyState();
    const before = performance.now();
    try {
      for await (const event of optimize(input, llm, {
        countTokens: estimateTokens,
        stopped: () => false,
        reviewRows: (q) => Promise.resolve(q.rows),
        runUntrusted: () => Promise.resolve({ ok: false, error: 'No code is run here.' }),
      }))
        reduce(state, event);
    } catch {
      sum.lost++;
      continue;
    }
    sum.ms += performance.now() - before - inModel;
    const { result, task, candidates } = state;
    const contract = { contract: task!.contract };
    const score = (id: string) => scoreOf(model, (row) => renderMessages(candidates[id]!.candidate, row, contract));
    const start = await score('c0');
    const free = await score('c2');
    const ours = await score(result!.verdict.result);
    sum.start += start;
    sum.free += free;
    sum.ours += ours;
    if (ours < start - 0.01) sum.worse++;
    sum.calls += result!.calls;
    sum.tokens += result!.tokensIn + result!.tokensOut;
    outcomes[result!.verdict.outcome] = (outcomes[result!.verdict.outcome] ?? 0) + 1;
  }
  const n = worlds - sum.lost;
  const share = (x: number) => ((100 * x) / n).toFixed(1).padStart(5) + ' ';
  console.log(
    kind.padEnd(16),
    share(sum.start),
    share(sum.free),
    share(sum.ours),
    ((100 * (sum.ours - sum.start)) / n).toFixed(1).padStart(6),
    `${sum.worse} of ${n} (${(100 * wilson(sum.worse, n)[1]).toFixed(1)} %)`.padStart(26),
    (sum.calls / n).toFixed(0).padStart(9),
    (sum.tokens / n).toFixed(0).padStart(7),
    String(sum.lost).padStart(5),
    `${outcomes['better'] ?? 0}/${outcomes['no-reliable-gain'] ?? 0}/${outcomes['inconclusive'] ?? 0}`.padStart(14),
    (sum.ms / sum.calls).toFixed(3).padStart(10),
  );
}
