/** The log of this browser, read and cleared from the page. Errors: StoreError. */
import { clearLog as clear, readLog as read } from '../../store/log.ts';
import type { LogRecord } from '../../store/records.ts';
import { connection } from './history.ts';

/** Newest first. */
export const readLog = (): Promise<LogRecord[]> => connection.use(read);
export const clearLog = (): Promise<void> => connection.use(clear);
