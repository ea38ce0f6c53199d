/** The deployment's environment (`npx convex env set NAME value`), read at each call. A bad value is told by its name. */
import { ConvexError } from 'convex/values';
import { env } from './_generated/server.ts';

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
  const text = env.PROMPTEVOLVER_FALLBACK_URL?.trim();
  if (!text) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password)
    throw bad('PROMPTEVOLVER_FALLBACK_URL', 'a whole http(s) address without name and password, as in http://127.0.0.1:11434/v1');
  return {
    url: text.replace(/\/+$/, ''),
    model: fallbackModel(),
    key: env.PROMPTEVOLVER_FALLBACK_KEY || null,
    timeout: seconds('PROMPTEVOLVER_FALLBACK_SECONDS', 120, 500),
  };
}

export const fallbackModel = (): string => env.PROMPTEVOLVER_FALLBACK_MODEL || 'qwen3:4b';

/** How long a session waits for a browser before the fallback server is asked, ms. */
export const untilFallback = (): number => seconds('PROMPTEVOLVER_WAIT_SECONDS', 60, 86_400);

/** How long a session may stay open at all, ms. */
export const untilGivenUp = (): number => seconds('PROMPTEVOLVER_RUN_SECONDS', 3600, 604_800);

/** null: anybody who knows the address can post. */
export const webhookSecret = (): string | null => env.PROMPTEVOLVER_WEBHOOK_SECRET || null;

/** Of the page that posts, exactly as a browser writes it; null: no page of another origin may. */
export const allowedOrigin = (): string | null => env.PROMPTEVOLVER_ORIGIN || null;

function seconds(name: string, usual: number, most: number): number {
  const text = env[name];
  if (!text) return usual * 1000;
  const value = Number(text);
  if (!(value >= 1 && value <= most)) throw bad(name, `a number of seconds from 1 to ${most}`);
  return value * 1000;
}

const bad = (name: string, what: string): ConvexError<{ detail: string; code: string }> =>
  new ConvexError({ detail: `${name} must be ${what}. Set it by: npx convex env set ${name} …`, code: 'bad_setting' });
