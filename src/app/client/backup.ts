/** The history out to a file and in again, without the worker. Errors: StoreError, or `not-a-history`. */
import { exportHistory } from '../../store/exportHistory.ts';
import { importHistory, type ImportedHistory } from '../../store/importHistory.ts';
import { connection } from './preferences.ts';

export const exportAll = (): Promise<Blob> => exportHistory(connection);
export const importAll = (file: Blob): Promise<ImportedHistory> => importHistory(connection, file);
