/**
 * The first of the two ways: a page of the app's own origin asks the app, and brings the answer to Convex.
 * `client` is a ConvexClient or a ConvexHttpClient; `address` ends with a slash and is where the app lies.
 */
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import type { ConvexHttpClient } from 'convex/browser';
import { api } from '../convex/_generated/api.ts';

type Client = Pick<ConvexHttpClient, 'action' | 'mutation'>;
type Answer = NonNullable<FunctionArgs<typeof api.sessions.recordResult>['response']> & { run_id: string };
interface Failure {
  detail: string;
  code: string;
}
type Registered = FunctionReturnType<typeof api.optimize.optimizePromptWithHFSpace>;

const PAUSE = 5000;

/** Ends when the session has its result or its error. @throws what Convex or the network throws */
export async function optimizeInBrowser(client: Client, prompt: string, address = './', pause = PAUSE): Promise<Registered['session_id']> {
  const { session_id, request } = await client.action(api.optimize.optimizePromptWithHFSpace, { prompt });
  await client.mutation(api.sessions.takeSession, { session_id });
  const answer = await ask(address, request, pause);
  await client.mutation(api.sessions.recordResult, 'code' in answer ? { session_id, error: answer } : { session_id, ...picked(answer) });
  return session_id;
}

async function ask(address: string, request: object, pause: number): Promise<Answer | Failure> {
  const response = await fetch(`${address}api/v1/optimize`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });
  const body = (await response.json()) as Partial<Answer & Failure>;
  if (response.status === 202) return await wait(`${address}api/v1/runs/${body.run_id}`, pause);
  return response.ok ? (body as Answer) : { detail: body.detail ?? `Status ${response.status}.`, code: body.code ?? 'failed' };
}

/** After 240 seconds the app answers 202, and the run goes on. */
async function wait(run: string, pause: number): Promise<Answer | Failure> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const response = await fetch(run);
    const state = (await response.json()) as { status: string; result?: Answer; error?: Failure; detail?: string; code?: string };
    if (!response.ok) return { detail: state.detail ?? `Status ${response.status}.`, code: state.code ?? 'failed' };
    if (state.status === 'completed' && state.result) return state.result;
    if (['completed', 'stopped', 'failed', 'interrupted'].includes(state.status))
      return state.error ?? { detail: `The run ended: ${state.status}.`, code: 'failed' };
  }
}

/** The answer has more than the session keeps, and Convex refuses arguments that it does not know. */
function picked({ run_id, optimized_prompt, improvements, quality_score, processing_time, quality, verdict, ...rest }: Answer) {
  const { model, promptwizard_version } = rest;
  const kept = { optimized_prompt, improvements, quality_score, processing_time, quality, model, promptwizard_version };
  return { run_id, response: { ...kept, ...(verdict ? { verdict: { outcome: verdict.outcome } } : {}) } };
}
