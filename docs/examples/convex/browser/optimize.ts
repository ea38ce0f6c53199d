/** The page's part: have the app run the request, and bring its answer to Convex, or leave that to the app's webhook. */
import type { ConvexClient } from 'convex/browser';
import type { FunctionArgs, FunctionReturnType } from 'convex/server';
import { api } from '../convex/_generated/api.ts';

export type Client = Pick<ConvexClient, 'action' | 'mutation'>;
type Registered = FunctionReturnType<typeof api.optimize.optimizePromptWithHFSpace>;
/** What we keep of the app's answer. */
export type Answer = NonNullable<FunctionArgs<typeof api.sessions.recordResult>['response']> & { run_id: string; cached?: boolean };
/** Rejects with an error that may have a `code`. `sameOrigin()` is one; so is `optimize` of the embed client. */
export type Run = (request: Registered['request'], address: string | null) => Promise<Answer>;

/** Ends when the session has its result or its error. @throws what Convex throws */
export async function optimizeInBrowser(client: Client, prompt: string, run: Run): Promise<Registered['session_id']> {
  const { session_id, request, address } = await client.action(api.optimize.optimizePromptWithHFSpace, { prompt });
  // False: the fallback server was quicker.
  if (!(await client.mutation(api.sessions.takeSession, { session_id }))) return session_id;
  const end = await run(request, address).then(picked, failureOf);
  await client.mutation(api.sessions.recordResult, { session_id, ...end });
  return session_id;
}

/**
 * Ends when the app was asked; its webhook completes the session, also when this page is closed meanwhile. What the webhook
 * does not bring, this page does while it is open: why the app could not, and an answer that the app had already.
 * @param told of an error in bringing that. @throws what Convex throws
 */
export async function leaveToWebhook(
  client: Client,
  prompt: string,
  run: Run,
  told: (error: unknown) => void = console.error,
): Promise<Registered['session_id']> {
  const { session_id, request, address } = await client.action(api.optimize.optimizePromptWithHFSpace, { prompt });
  if (!(await client.mutation(api.sessions.takeSession, { session_id }))) return session_id;
  run(request, address)
    .then((answer) => (answer.cached ? picked(answer) : null), failureOf)
    .then((end) => end && client.mutation(api.sessions.recordResult, { session_id, ...end }))
    .catch(told);
  return session_id;
}

class AppError extends Error {
  readonly code: string;
  constructor(status: number, { detail, code }: { detail?: string; code?: string }) {
    super(detail ?? `The app answered with status ${status}.`);
    this.code = code ?? 'failed';
  }
}

/**
 * For a page of the app's own origin: its service worker answers, and answers nobody else.
 * @param folder where the app lies, with a slash behind
 * @param pause ms between two looks at a long run
 */
export const sameOrigin =
  (folder = './', pause = 5000): Run =>
  async (request) => {
    const response = await fetch(`${folder}api/v1/optimize`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
    const body = await response.json();
    // After 240 seconds the app answers 202, and the run goes on.
    if (response.status === 202) return await wait(`${folder}api/v1/runs/${body.run_id}`, pause);
    if (!response.ok) throw new AppError(response.status, body);
    return body;
  };

async function wait(run: string, pause: number): Promise<Answer> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const response = await fetch(run);
    const state = await response.json();
    if (!response.ok) throw new AppError(response.status, state);
    if (state.status === 'completed' && state.result) return state.result;
    if (['completed', 'stopped', 'failed', 'interrupted'].includes(state.status))
      throw new AppError(response.status, state.error ?? { detail: `The run ended: ${state.status}.` });
  }
}

/** The answer has more than the session keeps, and Convex refuses arguments that it does not know. */
function picked({ run_id, optimized_prompt, improvements, quality_score, processing_time, quality, verdict, ...rest }: Answer) {
  const { model, promptwizard_version } = rest;
  const kept = { optimized_prompt, improvements, quality_score, processing_time, quality, model, promptwizard_version };
  return { run_id, response: { ...kept, ...(verdict ? { verdict: { outcome: verdict.outcome } } : {}) } };
}

function failureOf(fault: unknown) {
  const { message, code } = fault as { message?: unknown; code?: unknown };
  const words = typeof message === 'string' && message !== '' ? message : 'The app could not be asked.';
  return { error: { detail: words, code: typeof code === 'string' && code !== '' ? code : 'failed' } };
}
