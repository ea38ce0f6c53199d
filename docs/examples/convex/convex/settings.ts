/** The deployment's environment (`npx convex env set NAME value`), read at each call. A bad value is told by its name. */
import { ConvexError } from 'convex/values';

/** Convex has this and no more of Node's process. The generated `env` knows declared names only. */
declare const process: { env: Record<string, string | undefined> };

export interface Fallback {
  /** Ends without a slash, as in `http://127.0.0.1:11434/v1`. */
  url: string;
  model: string;
  key: string | null;
  /** Milliseconds. */
  timeout: number;
}

/** null: none is set. @throws ConvexError */
export function fallbackServer(): Fallback | null {
  const url = address('PROMPTEVOLVER_FALLBACK_URL', 'http://127.0.0.1:11434/v1');
  if (url === null) return null;
  return {
    url,
    model: fallbackModel(),
    key: process.env.PROMPTEVOLVER_FALLBACK_KEY || null,
    timeout: seconds('PROMPTEVOLVER_FALLBACK_SECONDS', 120, 500),
  };
}

export const fallbackModel = (): string => process.env.PROMPTEVOLVER_FALLBACK_MODEL || 'qwen3:4b';

/** How long a session waits for a browser before the fallback server is asked, ms. */
export const untilFallback = (): number => seconds('PROMPTEVOLVER_WAIT_SECONDS', 60, 86_400);

/** How long a session may stay open at all, ms. */
export const untilGivenUp = (): number => seconds('PROMPTEVOLVER_RUN_SECONDS', 3600, 604_800);

/** Where the app's page lies, with a slash behind; null: not set, and only a page of its own origin finds it. @throws ConvexError */
export function appAddress(): string | null {
  const url = address('PROMPTEVOLVER_ADDRESS', 'https://owner-name.static.hf.space/');
  return url === null ? null : `${url}/`;
}

/** null: anybody who knows the address can post. */
export const webhookSecret = (): string | null => process.env.PROMPTEVOLVER_WEBHOOK_SECRET || null;

/** Of the page that posts, exactly as a browser writes it; null: no page of another origin may. */
export const allowedOrigin = (): string | null => process.env.PROMPTEVOLVER_ORIGIN || null;

/** Without slashes at its end. */
function address(name: string, example: string): string | null {
  const text = process.env[name]?.trim();
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash)
    throw bad(name, `a whole http(s) address without name, password, ? and #, as in ${example}`);
  return text.replace(/\/+$/, '');
}

function seconds(name: string, usual: number, most: number): number {
  const text = process.env[name];
  if (!text) return usual * 1000;
  const value = Number(text);
  if (!(value >= 1 && value <= most)) throw bad(name, `a number of seconds from 1 to ${most}`);
  return value * 1000;
}

const bad = (name: string, what: string): ConvexError<{ detail: string; code: string }> =>
  new ConvexError({ detail: `${name} must be ${what}. Set it by: npx convex env set ${name} …`, code: 'bad_setting' });
