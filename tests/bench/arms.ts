/** What is run in a world: the method in its plans, the published algorithm, and the method with one part switched off. */
import { PLANS, type Plan } from '../../src/promptwizard/plans.ts';
import type { Settings } from '../../src/promptwizard/settings.ts';
import type { PlanName } from '../../src/promptwizard/types.ts';
import { PUBLISHED, type UpstreamSettings } from './upstream.ts';

export type Arm =
  | { kind: 'ours'; plan: PlanName; settings?: Partial<Settings>; change?: Partial<Plan>; sameCalls?: boolean }
  | { kind: 'upstream'; settings: UpstreamSettings };

export const ARMS = {
  quick: { kind: 'ours', plan: 'quick' },
  standard: { kind: 'ours', plan: 'standard' },
  thorough: { kind: 'ours', plan: 'thorough' },
  upstream: { kind: 'upstream', settings: PUBLISHED },
  // The published defaults cost more calls than quick; with one iteration of each kind, about as many.
  'upstream, short': { kind: 'upstream', settings: { ...PUBLISHED, mutateRefineIterations: 1, refineTaskEgIterations: 1 } },
  'no mutation': { kind: 'ours', plan: 'standard', change: { extraEntrants: 1 } },
  'no rewrites by the model': { kind: 'ours', plan: 'standard', change: { mutationCalls: 0 } },
  'no critique': { kind: 'ours', plan: 'standard', settings: { refineInstruction: false } },
  'no reasoning': { kind: 'ours', plan: 'standard', settings: { generateReasoning: false } },
  'no examples': { kind: 'ours', plan: 'standard', settings: { fewShotCount: 0 } },
  // Every entrant is asked every race row, for the calls that the plan pays for.
  'no race': { kind: 'ours', plan: 'standard', settings: { minCorrectCount: 25 }, sameCalls: true },
  'no persona': { kind: 'ours', plan: 'thorough', settings: { generateExpertIdentity: false, generateIntentKeywords: false } },
} satisfies Record<string, Arm>;
export type ArmName = keyof typeof ARMS;

/** Runs `work` under a changed plan. Plans are constants of the method; only the bench turns them, and turns them back. */
export async function withPlan<T>(plan: PlanName, change: Partial<Plan> | undefined, work: () => Promise<T>): Promise<T> {
  const plans = PLANS as Record<PlanName, Plan>;
  const before = plans[plan];
  plans[plan] = { ...before, ...change };
  try {
    return await work();
  } finally {
    plans[plan] = before;
  }
}
