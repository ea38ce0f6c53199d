/** Requests as a transport makes them, and answers as it would send them. */
import * as v from 'valibot';
import type { Api, ApiRequest } from '../../src/api/handler.ts';
import type { ApiAnswer } from '../../src/api/replies.ts';
import * as shapes from '../../src/api/answerSchema.ts';
import type { ApiEvent } from '../../src/api/answerSchema.ts';

export const post = (body: unknown, more: Partial<ApiRequest> = {}): ApiRequest => ({
  method: 'POST',
  path: 'api/v1/optimize',
  headers: { 'content-type': 'application/json', ...more.headers },
  body: body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  ...(more.signal ? { signal: more.signal } : {}),
  ...(more.onRun ? { onRun: more.onRun } : {}),
});
export const get = (path: string, method = 'GET', headers: Record<string, string> = {}): ApiRequest => ({
  method,
  path,
  headers,
  body: null,
});

/** By status, the shapes an answer may have. An answer of another shape, or with fields that are not in the document, fails the test. */
export function documented(answer: ApiAnswer): Record<string, unknown> {
  if (!('body' in answer)) throw new Error('it has events');
  const body: unknown = JSON.parse(answer.body);
  const schemas =
    answer.status === 202
      ? [shapes.AcceptedSchema]
      : answer.status === 200
        ? [shapes.OptimizeResponseSchema, shapes.RunResponseSchema, shapes.HealthResponseSchema]
        : [shapes.ErrorSchema];
  const strict = schemas.map((schema) => v.safeParse(v.strictObject(schema.entries as v.ObjectEntries), body));
  const fit = strict.find(({ success }) => success);
  if (!fit)
    throw new Error(
      `an answer that no schema has: ${answer.body} ${JSON.stringify(strict.map(({ issues }) => issues?.map((issue) => issue.message)))}`,
    );
  return body as Record<string, unknown>;
}

export async function linesOf(answer: ApiAnswer): Promise<ApiEvent[]> {
  if (!('events' in answer)) throw new Error(`it has no events but ${answer.body}`);
  const lines: ApiEvent[] = [];
  for await (const line of answer.events) lines.push(v.parse(shapes.EventSchema, JSON.parse(JSON.stringify(line))));
  return lines;
}

export async function ask(
  api: Api,
  request: ApiRequest,
): Promise<{ status: number; headers: Record<string, string>; body: Record<string, unknown> }> {
  const answer = await api.handle(request);
  return { status: answer.status, headers: answer.headers, body: documented(answer) };
}
