/** Lines of the log in words, as a selection, and as a file. Pure. */
import type { LogRecord } from '../../store/records.ts';
import { count, percent } from '../figures.ts';

const WHAT: Readonly<Record<string, string>> = {
  'run-finished': 'Run finished',
  'run-stopped': 'Run stopped',
  'run-interrupted': 'Run interrupted',
  'run-failed': 'Run failed',
  'model-loaded': 'Model loaded',
  'model-failed': 'Model not loaded',
  'worker-lost': 'Optimizer restarted',
  'storage-trouble': 'Trouble with storage',
};

/** A kind that this table does not know yet is shown by its name: `webhook-failed` → `Webhook failed`. */
export const whatWords = (what: string): string => WHAT[what] ?? what.charAt(0).toUpperCase() + what.slice(1).replaceAll('-', ' ');

const FIGURES: Readonly<Record<string, (n: number) => string>> = {
  promptLength: (n) => `prompt of ${count(n)} characters`,
  seconds: (n) => `${n < 10 ? Math.round(n * 10) / 10 : count(n)} s`,
  score: (n) => `score ${percent(n)}`,
  calls: (n) => `${count(n)} calls`,
  tokens: (n) => `${count(n)} tokens`,
  prefillPerSecond: (n) => `reads ${count(n)} tokens/s`,
  decodePerSecond: (n) => `writes ${Math.round(n * 10) / 10} tokens/s`,
  attempts: (n) => `${count(n)} attempts`,
  status: (n) => `answer ${n}`,
};

/** `prompt of 40 characters · 212 s · score 73 % · 90 calls`. */
export function figureWords({ figures, code }: LogRecord): string {
  const known = Object.entries(figures).map(([name, n]) => FIGURES[name]?.(n) ?? `${name} ${n}`);
  return [...(code === undefined ? [] : [code]), ...known].join(' · ');
}

export interface Selection {
  level: 'all' | LogRecord['level'];
  /** Empty: every kind. */
  what: string;
}

export const select = (records: readonly LogRecord[], { level, what }: Selection): LogRecord[] =>
  records.filter((record) => (level === 'all' || record.level === level) && (what === '' || record.what === what));

/** Kinds that are there, by their words. */
export const kinds = (records: readonly LogRecord[]): string[] =>
  [...new Set(records.map(({ what }) => what))].sort((a, b) => whatWords(a).localeCompare(whatWords(b)));

/** JSON Lines, oldest first; the moment as ISO 8601, UTC. */
export const asJsonLines = (records: readonly LogRecord[]): string =>
  [...records]
    .reverse()
    .map(({ at, id, ...others }) => JSON.stringify({ time: new Date(at).toISOString(), ...others, id }) + '\n')
    .join('');
