import type { WorkerErrorCode } from './protocol.ts';

/** The code is the error's `name`, because only name and message survive the way from the worker to the page. */
export class WorkerError extends Error {
  constructor(code: WorkerErrorCode, message: string) {
    super(message);
    this.name = code;
  }
}
