/** The log of this browser, read and cleared from the page. Errors: StoreError. */
import type { ModelRef } from '../../engines/engine.ts';
import { builtSite } from '../../store/builtSite.ts';
import { appendLog, clearLog as clear, readLog as read } from '../../store/log.ts';
import type { LogRecord } from '../../store/records.ts';
import { connection } from './preferences.ts';

/** Newest first. */
export const readLog = (): Promise<LogRecord[]> => connection.use(read);
export const clearLog = (): Promise<void> => connection.use(clear);

/** A worker that was lost cannot write that itself. Never rejects: a log that cannot be written disturbs nothing. */
export async function noteLost(why: 'hung' | 'crashed', ref: ModelRef | null): Promise<void> {
  const named = ref ? { engine: ref.engine, model: ref.id } : {};
  const line: LogRecord = { at: Date.now(), level: 'error', what: 'worker-lost', code: why, figures: {}, ...named };
  await connection.use((store) => appendLog(store, [line], builtSite)).catch(() => {});
}
