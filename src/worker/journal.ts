/** Writes the log. What it takes in are figures, ids and names from fixed lists: it has no place for a text. */
import { EngineError } from '../engines/errors.ts';
import type { ModelRef } from '../engines/engine.ts';
import { InputError } from '../promptwizard/errors.ts';
import { SandboxError } from '../sandbox/sandbox.ts';
import type { Connection } from '../store/connection.ts';
import { StoreError } from '../store/errors.ts';
import { appendLog, takesIn, type LogRules } from '../store/log.ts';
import type { LogRecord } from '../store/records.ts';

/** What happened, of a fixed list. */
export type Happening =
  'run-finished' | 'run-stopped' | 'run-interrupted' | 'run-failed' | 'model-loaded' | 'model-failed' | 'storage-trouble';

export interface Line {
  level: LogRecord['level'];
  what: Happening;
  run?: string;
  promptHash?: string;
  figures?: Record<string, number | undefined>;
  ref?: ModelRef;
  error?: unknown;
}

export interface Journal {
  /** Never rejects and never throws: a log that cannot be written disturbs nothing. */
  note(line: Line): Promise<void>;
}

/** Kept while storage fails, for the next line that gets through. */
const MOST_WAITING = 50;

export function createJournal(connection: Connection, rules: LogRules): Journal {
  let waiting: LogRecord[] = [];
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const records = waiting;
    if (records.length === 0) return;
    waiting = [];
    await connection.use((store) => appendLog(store, records, rules)).catch(() => (waiting = [...records, ...waiting]));
  };
  return {
    note(line) {
      if (!takesIn(rules, line.level)) return Promise.resolve();
      waiting = [...waiting, recordOf(line)].slice(-MOST_WAITING);
      return (writing = writing.then(write));
    },
  };
}

function recordOf({ level, what, run, promptHash, figures = {}, ref, error }: Line): LogRecord {
  const finite = Object.entries(figures).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return {
    at: Date.now(),
    level,
    what,
    figures: Object.fromEntries(finite),
    ...(run === undefined ? {} : { run }),
    ...(promptHash === undefined ? {} : { promptHash }),
    ...(ref ? { engine: ref.engine, model: ref.id } : {}),
    ...(error === undefined ? {} : { code: codeOf(error) }),
  };
}

const BUILT_IN = ['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'Error'];

/** From a list: the name of an unknown error may be anybody's text. */
export function codeOf(error: unknown): string {
  if ([EngineError, StoreError, InputError, SandboxError].some((kind) => error instanceof kind)) return (error as Error).name;
  const name = error instanceof Error ? error.constructor.name : '';
  return BUILT_IN.includes(name) ? name : 'unknown';
}

/** The same connection; what storage refuses is noted, of one kind once in a minute. */
export function noteTrouble(connection: Connection, journal: Journal): Connection {
  const told = new Map<string, number>();
  return {
    close: () => connection.close(),
    async use(work) {
      try {
        return await connection.use(work);
      } catch (error) {
        if (error instanceof StoreError && !(Date.now() - (told.get(error.name) ?? -Infinity) < 60_000)) {
          told.set(error.name, Date.now());
          void journal.note({ level: 'error', what: 'storage-trouble', error });
        }
        throw error;
      }
    },
  };
}
