/** Which origins the page and its workers may ask besides their own: those that the person's own actions named. */
import { readNote, writeNote } from './notes.ts';
import type { AllowedOrigin } from './protocol.ts';

const NOTE = 'origins.json';
const MOST = 200;
/** Where files of the hub really come from: it answers with redirects. */
const COMPANIONS: Record<string, readonly string[]> = {
  'https://huggingface.co': ['https://*.huggingface.co', 'https://*.hf.co'],
};
/** A host can have characters that would end a source, or the whole directive; and no source can be an address of IPv6. */
const PLAIN = /^(?:https:\/\/[a-z0-9_.-]+|http:\/\/(?:127\.0\.0\.1|localhost))(?::\d+)?$/;

let known: Promise<AllowedOrigin[]> | null = null;
let changing: Promise<unknown> = Promise.resolve();

/** Oldest first. */
export function allowedOrigins(): Promise<AllowedOrigin[]> {
  known ??= readNote(NOTE).then(async (note) => readOrigins(await note?.json().catch(() => null)));
  known.catch(() => (known = null));
  return known;
}

/** What can not be read is left out: then it is asked for again. */
export function readOrigins(note: unknown): AllowedOrigin[] {
  const list = (note as { origins?: unknown } | null)?.origins;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: Partial<AllowedOrigin> | null) => {
    const { origin, at } = one ?? {};
    return typeof origin === 'string' && PLAIN.test(origin) && typeof at === 'number' ? [{ origin, at }] : [];
  });
}

/** For `connect-src`. Without storage nothing was confirmed. */
export const connectSources = async (): Promise<string[]> =>
  (await allowedOrigins().catch(() => [])).flatMap(({ origin }) => [origin, ...(COMPANIONS[origin] ?? [])]);

/** @throws Error not-allowed, with a sentence, for an origin that no policy can name */
export function allow(origins: readonly string[], now = Date.now()): Promise<AllowedOrigin[]> {
  for (const origin of origins)
    if (typeof origin !== 'string' || !PLAIN.test(origin)) throw Object.assign(new Error(whyNot(origin)), { name: 'not-allowed' });
  return change((list) => {
    const added = [...new Set(origins)].filter((origin) => !list.some((one) => one.origin === origin));
    return [...list, ...added.map((origin) => ({ origin, at: now }))].slice(-MOST);
  });
}

const whyNot = (origin: unknown): string =>
  typeof origin === 'string' && /^https:\/\/\[/.test(origin)
    ? `A page may not ask ${origin}: its policy can name no address in the numbers of IPv6. Give the server by its name, then try again.`
    : `A page may not ask ${JSON.stringify(origin)}: only https, or http on 127.0.0.1 and localhost.`;

export const disallow = (origin: string): Promise<AllowedOrigin[]> => change((list) => list.filter((one) => one.origin !== origin));

/** One change after the other: two tabs may ask at once. */
function change(to: (list: AllowedOrigin[]) => AllowedOrigin[]): Promise<AllowedOrigin[]> {
  const changed = changing.then(async () => {
    const list = to(await allowedOrigins());
    await writeNote(NOTE, Response.json({ version: 1, origins: list }));
    known = Promise.resolve(list);
    return list;
  });
  changing = changed.catch(() => {});
  return changed;
}
