/** What a run may spend, what each step of a plan costs, and what a person is told before the start (method, section 1). */
import { needsAnswers } from './metrics/needsAnswers.ts';
import { PLANS, splitSizes, type Plan, type Speed, type SplitSizes } from './plans.ts';
import type { Settings } from './settings.ts';
import { estimateTokens } from './tokens.ts';
import { isOpenTask } from './writing.ts';
import { PLAN_NAMES, type PlanName, type Task } from './types.ts';

/** Calls by step. `verdict` is reserved first. */
export interface StepCalls {
  understand: number;
  rows: number;
  mutate: number;
  race: number;
  fresh: number;
  refine: number;
  examples: number;
  more: number;
  verdict: number;
}
export type Step = keyof StepCalls;

/** Rows of each rung: `minCorrectCount`, then `questionsBatchSize` more each, to the end of the race rows. */
export function rungSizes(raceRows: number, plan: Plan, settings: Settings): number[] {
  if (plan.name === 'trial') return raceRows > 0 ? [Math.min(4, raceRows)] : [];
  const sizes: number[] = [];
  for (let left = raceRows; left > 0 && sizes.length < settings.maxEvalBatches;) {
    const size = Math.min(left, sizes.length === 0 ? settings.minCorrectCount : settings.questionsBatchSize);
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

/** The first of the first race that are asked the fresh rows. */
export const FINALISTS = 2;

/** Calls of a first race with start, contract, free baseline and `extra` more, the better half going on. */
export function raceCalls(extra: number, rungs: readonly number[]): number {
  let calls = 0;
  let others = extra;
  rungs.forEach((rows, i) => {
    calls += rows * (i === 0 ? 3 + extra : 1 + others);
    // Contract, free baseline and examples are not halved in the first rung.
    others = i === 0 ? 2 + Math.min(1, extra) + Math.ceil(Math.max(0, extra - 1) / 2) : Math.ceil(others / 2);
  });
  return calls;
}

export const freshRows = (plan: Plan, fresh: number): number => (plan.name === 'trial' ? Math.min(6, fresh) : fresh);

/** What a plan costs on these rows. */
export function stepCalls(plan: Plan, split: SplitSizes, settings: Settings, rowsToMake: boolean): StepCalls {
  const race = raceCalls(plan.extraEntrants, rungSizes(split.race, plan, settings));
  const fresh = freshRows(plan, split.fresh);
  const challenge = split.race + fresh;
  const critique = plan.critique && settings.refineInstruction && settings.refineTaskEgIterations > 0;
  const used = {
    understand: plan.understand || rowsToMake ? 1 : 0,
    rows:
      rowsToMake && plan.name !== 'trial'
        ? plan.name === 'quick'
          ? 8 + 24
          : Math.ceil(settings.numTrainExamples / 2) + 2 * settings.numTrainExamples
        : 0,
    mutate: Math.min(plan.mutationCalls, settings.mutationRounds),
    race,
    fresh: (plan.extraEntrants > 0 ? 1 + FINALISTS : 2) * fresh,
    refine: critique ? 3 + 2 * challenge : 0,
    examples: plan.critique && plan.examples && settings.fewShotCount > 0 ? Math.round(1.6 * challenge) : 0,
    verdict: 3 * split.verdict,
  };
  const sum = Object.values(used).reduce((a, b) => a + b, 0) - used.verdict - used.rows;
  // Thorough: a second round, persona and keywords, from what the plan pays for at 25 search rows.
  const scale = (split.race + split.fresh) / 25;
  const more = plan.name === 'thorough' ? Math.max(0, Math.round(plan.searchCalls * Math.min(scale, 4)) - sum) : 0;
  return { ...used, more };
}

/** Entrants of an open task's race besides the start. */
const OPEN_ENTRANTS: { readonly [K in PlanName]: number } = { trial: 1, quick: 2, standard: 5, thorough: 7 };
/** Inputs that the race of an open task wants at least: made by the model when the user has fewer. */
export const openInputs = (plan: PlanName, settings: Settings): number =>
  plan === 'trial' || plan === 'quick' ? 8 : settings.numTrainExamples;
/** Calls that make `wanted` inputs, three a call, with one to spare. */
export const inputCalls = (wanted: number): number => (wanted > 0 ? Math.ceil(wanted / 3) + 1 : 0);

/** The plan of an open task: fewer entrants, no examples (there are no right answers to show). */
export const openPlan = (plan: Plan): Plan => ({
  ...plan,
  extraEntrants: OPEN_ENTRANTS[plan.name],
  mutationCalls: Math.min(2, plan.mutationCalls),
  understand: true,
  examples: false,
  // Writing needs room; a reply that is cut counts as none.
  replyCap: plan.replyCap === null ? null : 200,
});

/**
 * What an open task costs: each answer is judged, so it counts twice; a verdict row is two answers, both judged, and two
 * comparisons. Without held-out rows the fresh ones are compared (method, section 7).
 * @param make inputs still to be made
 */
export function openSteps(plan: Plan, split: SplitSizes, settings: Settings, make: number): StepCalls {
  const rungs = rungSizes(split.race, plan, settings);
  let going = plan.extraEntrants;
  const race = rungs.reduce((sum, rows, i) => {
    const calls = 2 * rows * (1 + going);
    going = i + 1 < rungs.length ? Math.ceil(going / 2) : going;
    return sum + calls;
  }, 0);
  const challenge = 2 * (split.race + split.fresh) + 2 * split.fresh;
  const critique = plan.critique && settings.refineInstruction && settings.refineTaskEgIterations > 0;
  return {
    understand: 1,
    rows: inputCalls(make),
    mutate: Math.min(plan.mutationCalls, settings.mutationRounds),
    race,
    // Both answered and judged, and, where the checklist can not tell them apart, put side by side.
    fresh: 6 * split.fresh,
    refine: critique ? 3 + 2 * challenge : 0,
    examples: 0,
    more: plan.persona ? 2 * (1 + challenge) : 0,
    verdict: split.heldOut > 0 ? 6 * split.verdict : 2 * split.fresh,
  };
}

/** What the smallest plan of an open task needs. */
export function openTrialCalls(task: Task, settings: Settings): number {
  const inputs = task.rows.length;
  const sizes = splitSizes(Math.max(inputs, 8), 'trial', settings.seenSetSize);
  return totalCalls(openSteps(openPlan(PLANS.trial), sizes, settings, inputs >= 8 ? 0 : 8 - inputs));
}

export const totalCalls = (steps: StepCalls): number => Object.values(steps).reduce((a, b) => a + b, 0);

/** Rows that the metric can score; near enough for a forecast, the run itself looks closer. */
const scorable = (task: Task): number => {
  const questions = new Set<string>();
  for (const { question, inputs, answer } of task.rows)
    if (answer?.trim() || !needsAnswers(task.metric)) questions.add(inputs ? question + JSON.stringify(inputs) : question);
  return questions.size;
};

/** Calls a run makes at most, verdict included, and minutes from the speed of the loaded model. */
export function forecastPlan(
  task: Task,
  settings: Settings,
  name: PlanName,
  speed: Speed | null,
): { calls: number; minutes: [number, number] | null } {
  const plan = PLANS[name];
  const usable = scorable(task);
  const make = usable < 8;
  // Without rows nobody knows yet whether the task is open: the plan names what the dearer of the two costs.
  const closed = (): number => {
    if (make && name === 'trial') return 1;
    const rows = make ? (name === 'quick' ? 12 : settings.numTrainExamples) : usable;
    return totalCalls(stepCalls(plan, splitSizes(rows, name, settings.seenSetSize), settings, make));
  };
  const open = (): number => {
    const inputs = new Set(task.rows.map((row) => row.question + JSON.stringify(row.inputs ?? {}))).size;
    const wanted = openInputs(name, settings);
    const sizes = splitSizes(inputs >= 8 ? inputs : wanted, name, settings.seenSetSize);
    return totalCalls(openSteps(openPlan(plan), sizes, settings, inputs >= 8 ? 0 : wanted - inputs));
  };
  const most = isOpenTask(task) ? open() : make && !task.metric ? Math.max(closed(), open()) : closed();
  const calls = Math.min(most, settings.maxCalls ?? Infinity);
  if (!speed) return { calls, minutes: null };
  const texts = task.rows.slice(0, 50);
  const question = texts.reduce((sum, r) => sum + estimateTokens(r.question) + estimateTokens(Object.values(r.inputs ?? {}).join(' ')), 0);
  const meanQuestion = texts.length > 0 ? question / texts.length : 60;
  const start = estimateTokens(task.prompt) + estimateTokens(task.system ?? '') + 30;
  const cap = Math.min(settings.maxTokens, (isOpenTask(task) ? openPlan(plan) : plan).replyCap ?? 400);
  // Engines keep the prompt's prefix between calls, so the question and about half of the rest are computed each time.
  const prefill = (meanQuestion + start / 2) / speed.prefillPerSecond;
  const minutes = (reply: number) => (calls * (prefill + reply / speed.decodePerSecond)) / 60;
  return { calls, minutes: [minutes(Math.min(cap, 20)), minutes(cap)] };
}

/** The largest plan that ends within `minutes`, by the middle of its forecast; trial if none does. */
export function preselectPlan(task: Task, settings: Settings, speed: Speed | null, minutes = 10): PlanName {
  if (!speed) return 'quick';
  const fitting = PLAN_NAMES.filter((name) => {
    const forecast = forecastPlan(task, settings, name, speed).minutes;
    return forecast !== null && (forecast[0] + forecast[1]) / 2 <= minutes;
  });
  // Without a reason for more, standard is enough: thorough is for those who ask for it.
  return fitting.includes('standard') ? 'standard' : (fitting.at(-1) ?? 'trial');
}
