/** Errors that a person can act on. `message` says what happened, what was kept and what to do; `name` is the code. */
export type EngineErrorCode =
  | 'no-webgpu'
  | 'no-f16'
  | 'device-too-small'
  | 'software-adapter'
  | 'memory-limit'
  | 'no-space'
  | 'offline'
  | 'bad-address'
  | 'not-a-model'
  | 'wrong-size'
  | 'download-failed'
  | 'load-failed'
  | 'load-timeout'
  | 'self-test-failed'
  | 'out-of-memory'
  | 'device-lost'
  | 'context-full'
  | 'generation-failed'
  | 'not-loaded'
  /** A server wants a key, or refuses the one it got. */
  | 'needs-key'
  /** The browser, or the server, does not let this page ask the server. */
  | 'not-allowed'
  | 'aborted';

/** The code is the error's `name`, because only name and message survive the way from the worker to the page. */
export class EngineError extends Error {
  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
  }
  get code(): EngineErrorCode {
    return this.name as EngineErrorCode;
  }
  /** After these the worker must be ended and started anew; a stored run goes on by replay. */
  get fatal(): boolean {
    // A server that refuses its key in the middle of a run is connected to anew, with another key.
    return ['device-lost', 'out-of-memory', 'load-failed', 'load-timeout', 'self-test-failed', 'needs-key'].includes(this.name);
  }
}
