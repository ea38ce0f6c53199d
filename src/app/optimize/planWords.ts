/** What a plan costs, and why it is the one. Pure. */
import type { forecastPlan } from '../../promptwizard/budget.ts';
import type { PlanName } from '../../promptwizard/types.ts';
import type { ModelRef } from '../../engines/engine.ts';
import { goesTo } from '../models/goesTo.ts';
import { count, minutesRange, plural } from '../figures.ts';

export type Forecasts = { readonly [K in PlanName]: ReturnType<typeof forecastPlan> };

const CLOSED: { readonly [K in PlanName]: string } = {
  trial: 'A first look: your prompt, a form for the answer, “think step by step”.',
  quick: 'A short search: a few styles, one rewrite, examples.',
  standard: 'A full round: ten candidates, critique, examples.',
  thorough: 'More rounds, reasoning, persona; for many rows.',
};
const OPEN: { readonly [K in PlanName]: string } = {
  trial: 'A first look: your prompt and one fuller version of it, judged by a checklist.',
  quick: 'A short search: two rewrites, a checklist, side by side.',
  standard: 'A full round: five rewrites, critique, side by side.',
  thorough: 'More rounds, seven rewrites, persona; for many inputs.',
};

/** What a plan does, in one line; for an open task there are no answers to compare with. */
export const aboutPlan = (plan: PlanName, open: boolean): string => (open ? OPEN : CLOSED)[plan];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Beside the start button. `plan` null: the speed of the model will choose it, so nothing more is promised. */
export function costWords(plan: PlanName | null, forecasts: Forecasts, ref: ModelRef | null = null): string {
  if (plan === null) {
    const [least, most] = [forecasts.trial.calls, forecasts.standard.calls];
    return `the plan is chosen by this machine’s speed once the model is loaded: ${count(least)} to ${plural(most, 'call')}, verdict included; ${goesTo(ref)}`;
  }
  const { calls, minutes } = forecasts[plan];
  const time = minutes
    ? `, ${minutesRange(minutes)} ${ref?.engine === 'openai' ? 'at that server’s speed' : 'on this machine'}`
    : '; minutes are known once the model is loaded';
  return `about ${plural(calls, 'call')}, verdict included${time}; ${goesTo(ref)}`;
}

const LARGER: { readonly [K in PlanName]?: PlanName } = { trial: 'quick', quick: 'standard' };

/** At the top of a run: which plan it is, and, where the speed chose it, why not the next larger one. */
export function chosenPlanWords(plan: PlanName, forecasts: Forecasts | null): string {
  const name = `${capital(plan)} plan`;
  const next = LARGER[plan];
  const minutes = next && forecasts?.[next].minutes;
  if (minutes) return `${name}, chosen by this machine’s speed: a ${next} run would take ${minutesRange(minutes)} here.`;
  return forecasts ? `${name}, chosen by this machine’s speed.` : `${name}.`;
}
