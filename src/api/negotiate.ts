/** What the headers of a request ask for. */
import { ApiError } from './errors.ts';

export const NDJSON = 'application/x-ndjson';

export type Headers = Readonly<Record<string, string>>;

/** @returns whether events are wanted rather than one answer. @throws ApiError not_acceptable */
export function wantsEvents(headers: Headers, events: boolean): boolean {
  const accept = headers['accept']?.trim();
  if (!accept) return false;
  const wanted = accept.split(',').flatMap((part) => {
    const [type = '', ...params] = part.split(';').map((one) => one.trim().toLowerCase());
    const quality = Number(params.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    return quality > 0 ? [{ type, quality }] : [];
  });
  const best = (types: string[]) => Math.max(0, ...wanted.filter(({ type }) => types.includes(type)).map(({ quality }) => quality));
  const json = best(['application/json', 'application/*', '*/*']);
  const lines = events ? best([NDJSON]) : 0;
  if (json === 0 && lines === 0)
    throw new ApiError('not_acceptable', `This answers in application/json${events ? ` or ${NDJSON}` : ''}. Ask for that in Accept.`);
  return lines > 0 && lines >= best(['application/json']);
}

/** @throws ApiError unsupported_media_type. A form of another site can send neither JSON's type nor none. */
export function requireJson(headers: Headers): void {
  const type = headers['content-type'];
  if (type === undefined) return;
  const name = type.split(';')[0]!.trim().toLowerCase();
  if (name === 'application/json' || name.endsWith('+json')) return;
  throw new ApiError('unsupported_media_type', 'The body must be sent with Content-Type: application/json.');
}

export const prefersAsync = (headers: Headers): boolean =>
  (headers['prefer'] ?? '').split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async');
