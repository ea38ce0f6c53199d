/** The page of the proof, in Markdown, from runs on file; at least one. */
import type { PlanName } from '../../../src/promptwizard/types.ts';
import { against, HEADROOM, hasHeadroom, mean, meanLead, measured, significantlyWorse, type Estimate, type Measured } from './figures.ts';
import type { Picked } from './pickRuns.ts';
import { RUN_TABLE_WORDS, runTable } from './runTable.ts';
import type { StoredRun } from './storedRun.ts';
import { makerWords, outcomeWords, points, range, signed } from './words.ts';

export function proofPage({ runs, model, notes }: Picked): string {
  const plans = [...new Set(runs.map(({ input }) => input.plan))];
  return [
    '# Proof on a real model',
    INTRODUCTION,
    ...notes,
    settings(runs, model),
    '## In short',
    ...plans.map((plan) => summary(runs, plan)),
    '## Every run',
    RUN_TABLE_WORDS,
    runTable(runs),
    '## Runs that did not gain',
    withoutGain(runs),
    '## The delivered prompts',
    ...measured(runs).map(prompt),
    '## Made again',
    commands(runs),
  ].join('\n\n');
}

const INTRODUCTION = `This page is written by \`npm run bench:models\`. Each run is the whole of \`optimize()\` on a file of rows with a seed. A run is
given 85 rows, of which the search sees 25 and the verdict the plan's number of the others. The scores below are from **other** rows of
the file, the same for every run, which no run ever sees: start, start with the answer contract, free baseline (the start with the contract
and “Think step by step.”) and every delivered prompt are asked each of them once, at temperature 0. Where a run found no reliable
gain, the delivered prompt is the start itself. All runs that are on file are listed; none was picked.`;

function settings(runs: readonly StoredRun[], model: string): string {
  const all = <T>(of: (run: StoredRun) => T): string => [...new Set(runs.map((run) => String(of(run))))].join(', ');
  const dates = runs.map(({ finished }) => finished.slice(0, 10)).sort();
  const [first, last] = [dates[0]!, dates.at(-1)!];
  const slots = all(({ server }) => server.slots ?? 'unknown');
  const rows: [string, string][] = [
    ['model', model],
    ['date', first === last ? first : `${first} to ${last}`],
    ['server', `${all(({ server }) => server.engine)}, slots: ${slots}, runs at once: ${all(({ jobs }) => jobs)}`],
    ['context', `${all(({ input }) => input.model.contextSize)} tokens`],
    ['longest reply', `${all(({ input }) => input.settings.maxTokens)} tokens; all other settings as they come`],
    ['start', all(({ input }) => `“${input.task.prompt}”`)],
    ['version of the method', all(({ method }) => method)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function summary(all: readonly StoredRun[], plan: PlanName): string {
  const ofPlan = all.filter(({ input }) => input.plan === plan);
  const runs = measured(ofPlan);
  const open = runs.filter(hasHeadroom);
  const worse = runs.filter(significantlyWorse);
  const gained = runs.filter((run) => against(run, 'start').difference > 0).length;
  const lead = (estimate: Estimate | null) =>
    estimate ? `**${signed(estimate.mean)}** points (95 %: ${range(estimate.interval)}; ${estimate.tasks.join(', ')})` : 'no task';
  const lines = [
    `Gain over the start, mean over tasks with headroom (start at most ${points(HEADROOM)} %): ${lead(meanLead(open, 'start'))}`,
    `Gain over the start, mean over all tasks: ${lead(meanLead(runs, 'start'))}`,
    `Lead over the free baseline, mean over all tasks: ${lead(meanLead(runs, 'free'))}`,
    `Lead over the start with the answer contract, mean over all tasks: ${lead(meanLead(runs, 'contract'))}`,
    `Ahead of the start on the unseen rows: ${gained} of ${runs.length} delivered prompts`,
    `Significantly worse than the start (sign test, 5 %): ${worse.length} of ${runs.length}${worse.length ? ` (${worse.map(name).join('; ')})` : ''}`,
    `Broken off: ${ofPlan.length - runs.length} of ${ofPlan.length} runs`,
    ...(runs.length > 0 ? [`A run: ${Math.round(mean(runs.map(({ outcome }) => outcome.result.calls)))} calls in the mean`] : []),
  ];
  return [`### Plan ${plan}`, '', ...lines.map((line) => `- ${line}.`)].join('\n');
}

const name = ({ task, input }: StoredRun): string => `${task}, ${input.plan}, seed ${input.seed}`;

function withoutGain(runs: readonly StoredRun[]): string {
  const lines = runs.flatMap((run) => {
    const [one] = measured([run]);
    if (!one) return [`- ${name(run)}: broke off. ${run.error}`];
    const paired = against(one, 'start');
    if (paired.difference > 0) return [];
    const { verdict } = one.outcome;
    const met = verdict.comparison
      ? ` Its challenger, ${makerWords(candidateOf(one, verdict.challenger).madeBy)}, had ${verdict.comparison.wins} : ${verdict.comparison.losses} on ${verdict.comparison.rows} verdict rows.`
      : '';
    return [
      `- ${name(run)}: ${signed(paired.difference)} points (${paired.wins} : ${paired.losses}). Delivered: ${makerWords(candidateOf(one, verdict.result).madeBy)}; ${outcomeWords(verdict.outcome, verdict.reason)}.${met}`,
    ];
  });
  return lines.length > 0 ? lines.join('\n') : 'None.';
}

function candidateOf({ events }: Measured, id: string) {
  const made = events.find((event) => event.type === 'candidate' && event.candidate.id === id);
  if (made?.type !== 'candidate') throw new Error(`The run has no candidate ${id}.`);
  return made.candidate;
}

function prompt(run: Measured): string {
  const { verdict, result } = run.outcome;
  const { start, final } = verdict;
  const own =
    start && final ? `On its own ${final.rows} held-out rows: start ${points(start.mean)} %, delivered ${points(final.mean)} %.` : '';
  const maker = makerWords(candidateOf(run, verdict.result).madeBy);
  // Longer than any fence within.
  const fence = '`'.repeat(Math.max(3, ...Array.from(result.optimizedPrompt.matchAll(/`+/g), ([ticks]) => ticks.length + 1)));
  return [`<details><summary>${name(run)}: ${maker}</summary>`, own, `${fence}text\n${result.optimizedPrompt}\n${fence}`, '</details>']
    .filter(Boolean)
    .join('\n\n');
}

function commands(runs: readonly StoredRun[]): string {
  const plans = [...new Set(runs.map(({ input }) => input.plan))];
  const lines = plans.map((plan) => {
    const ofPlan = runs.filter(({ input }) => input.plan === plan);
    const list = <T>(of: (run: StoredRun) => T) => [...new Set(ofPlan.map(of))].join(',');
    const most = list(({ input }) => input.settings.maxTokens);
    return `npm run bench:models -- --server URL --tasks ${list(({ task }) => task)} --plan ${plan} --seeds ${list(({ input }) => input.seed)} --max-tokens ${most}`;
  });
  return `\`\`\`sh\n${[...lines, 'npm run bench:models -- --table'].join('\n')}\n\`\`\`

The first lines ask the server, or the cache where the same was asked before; the last makes this page from what is on file.
The rows are from BIG-Bench Hard (Suzgun et al., MIT licence) and from GSM8K's training split (OpenAI, MIT licence), as JSON Lines with
\`question\` and \`answer\`, in the folder given by \`--data\`. Even at temperature 0 a server with a prompt cache does not repeat itself to
the last token on long replies, so a run without the cache can differ a little.`;
}
