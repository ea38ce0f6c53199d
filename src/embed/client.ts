/**
 * Optimizes prompts with the PromptEvolver app of the person who looks at this page: it is opened in a window or a frame,
 * asks its person to allow this site, and answers over a port. No dependency.
 */
import type { FromApp, Hello, Ready, Reply, ToApp } from './protocol.ts';
import type { ErrorBody, ErrorCode, OptimizeEvent, OptimizeRequest, OptimizeResponse } from './types.ts';

export type * from './types.ts';

export interface ClientOptions {
  /** The folder where the app lies: `https://owner-name.static.hf.space/`. */
  address: string;
  /**
   * `window` (usual): the app has its own models there. `frame`: inside of your page; browsers give a frame a storage of its
   * own for each site around it, so a model must be taken in it, or none, and then nothing can be run.
   */
  mode?: 'window' | 'frame';
  /** Where the frame stands; it is shown when the person is asked something. Left out: the end of the page. */
  container?: Element;
  /** Milliseconds until the app must have been loaded. */
  wait?: number;
}

export interface OptimizeOptions {
  /** Told of everything on the way, the result and the error too. */
  onEvent?: (event: OptimizeEvent) => void;
  /** Aborted: the run is stopped, and the request fails with `cancelled`. */
  signal?: AbortSignal;
}

export interface Client {
  /** Opens the app and waits until its person has allowed this site. Call it in a click: browsers block windows otherwise. */
  open(): Promise<void>;
  /** Opens the app when it is not open. @throws PromptEvolverError */
  optimize(request: OptimizeRequest, options?: OptimizeOptions): Promise<OptimizeResponse>;
  /** Ends everything and takes the window or frame away. */
  close(): void;
}

export class PromptEvolverError extends Error {
  readonly code: ErrorCode;
  /** As the API has it over HTTP. */
  readonly status: number;
  /** The same sentence as `message`. */
  readonly detail: string;
  declare readonly field?: string;
  declare readonly run_id?: string;
  /** The best so far, of a run that was cut short. */
  declare readonly result?: OptimizeResponse;
  constructor({ detail, ...more }: ErrorBody & { status: number }) {
    super(detail);
    this.name = 'PromptEvolverError';
    this.code = more.code;
    this.status = more.status;
    this.detail = detail;
    Object.assign(this, more);
  }
}

const MARK = 'promptevolver-embed';
const CLOSED = 'The app was closed. A run that it had begun goes on when the app is open again.';
const CUT_OFF =
  'The window was closed, or cut off from this page: neither page may be sent with Cross-Origin-Opener-Policy: same-origin (same-origin-allow-popups is fine here).';
const fault = (status: number, code: ErrorCode, detail: string): PromptEvolverError => new PromptEvolverError({ status, code, detail });

interface Waiting {
  resolve(answer: OptimizeResponse): void;
  reject(error: PromptEvolverError): void;
  onEvent: OptimizeOptions['onEvent'];
}

/** @throws TypeError for an address that is none of the web */
export function createClient({ address, mode = 'window', container, wait = 30_000 }: ClientOptions): Client {
  const page = new URL('index.html?embed#/embed', address.replace(/(index\.html)?([?#].*)?$/, '').replace(/\/*$/, '/'));
  if (!/^https?:$/.test(page.protocol)) throw new TypeError('The address of the app must begin with https:// or http://.');
  const framed = mode === 'frame';
  const waiting = new Map<number, Waiting>();
  let frame: HTMLIFrameElement | null = null;
  let view: Window | null = null;
  let port: MessagePort | null = null;
  let nonce = '';
  let count = 0;
  /** The app has answered to the hello. */
  let heard = false;
  /** From `open` until the connection ends. */
  let opening: Promise<void> | null = null;
  let opened: () => void = () => {};
  let failed: (error: PromptEvolverError) => void = () => {};
  let late: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;

  const say = (message: ToApp) => port?.postMessage(message);
  const gone = () => (frame ? !frame.isConnected : !view || view.closed);
  const show = (shown: boolean) => frame && (frame.hidden = !shown);

  const end = (error: PromptEvolverError) => {
    clearTimeout(late);
    clearInterval(watch);
    removeEventListener('message', hear);
    removeEventListener('pagehide', leave);
    say({ kind: 'bye' });
    port?.close();
    port = opening = null;
    failed(error);
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  const leave = () => end(fault(499, 'cancelled', 'This page was left.'));
  const remove = () => {
    frame?.remove();
    frame = null;
  };

  const greet = () => {
    nonce = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
    view?.postMessage({ type: MARK, kind: 'hello', version: 1, nonce } satisfies Hello, page.origin);
  };

  function hear({ data, source, origin, ports }: MessageEvent): void {
    // Whatever else speaks to this page is nobody of ours.
    if (source !== view || origin !== page.origin) return;
    const said = data as Ready | Reply | null;
    if (!said || said.type !== MARK) return;
    if (said.kind === 'ready') {
      if (!port) return greet();
      // It was reloaded: what it knew is lost.
      return end(fault(503, 'page_closed', CLOSED));
    }
    if (said.nonce !== nonce || port) return;
    heard = true;
    clearTimeout(late);
    if (said.kind === 'asking') {
      show(true);
    } else if (said.kind === 'refused') {
      show(false);
      end(new PromptEvolverError(said.error));
    } else if (said.kind === 'allowed' && ports[0]) {
      show(false);
      port = ports[0];
      port.onmessage = ({ data }: MessageEvent<FromApp>) => answer(data);
      opened();
    }
  }

  function answer(said: FromApp): void {
    if (said.kind === 'closed') return end(new PromptEvolverError(said.error));
    if (said.kind === 'show') return void show(said.shown);
    const one = waiting.get(said.id);
    if (!one) return;
    try {
      one.onEvent?.(said.event);
    } finally {
      const { event, ...rest } = said.event;
      if (event === 'result' || event === 'error') waiting.delete(said.id);
      if (event === 'result') one.resolve(rest as OptimizeResponse);
      if (event === 'error') one.reject(new PromptEvolverError(rest as ErrorBody & { status: number }));
    }
  }

  const openWindow = () => {
    // One that is open already, of this page before it was reloaded, is found by its name and keeps its model. An app at
    // another address is another window.
    view = open('', `promptevolver ${page.origin}${page.pathname}`, 'popup,width=560,height=720');
    if (!view) throw fault(403, 'blocked', 'The browser has blocked the window of the app. Call open() in a click, or allow windows.');
    try {
      // Of this page's origin: new, and empty.
      void view.location.href;
      view.location.href = page.href;
    } catch {
      greet();
      const found = view;
      // It may have gone elsewhere since.
      setTimeout(() => opening && !heard && (found.location.href = page.href), 3000);
    }
    view.focus();
  };
  const openFrame = () => {
    remove();
    frame = document.createElement('iframe');
    frame.title = 'PromptEvolver';
    frame.src = page.href;
    frame.hidden = true;
    frame.style.cssText = 'width:100%;height:480px;border:0';
    (container ?? document.body).append(frame);
    view = frame.contentWindow;
  };

  const start = (): Promise<void> =>
    (opening ??= new Promise<void>((resolve, reject) => {
      [opened, failed, heard] = [resolve, reject, false];
      addEventListener('message', hear);
      addEventListener('pagehide', leave);
      late = setTimeout(() => {
        end(fault(503, 'no_answer', `The app at ${page.href} did not answer. Is the address right, and may it be shown in a ${mode}?`));
        if (framed) remove();
      }, wait);
      watch = setInterval(() => gone() && end(heard ? fault(503, 'page_closed', CLOSED) : fault(503, 'no_answer', CUT_OFF)), 500);
      try {
        if (framed) openFrame();
        else openWindow();
      } catch (error) {
        end(error as PromptEvolverError);
      }
    }));

  return {
    open: start,
    async optimize(request, { onEvent, signal } = {}) {
      const stopped = () => fault(499, 'cancelled', 'The request was cancelled.');
      if (signal?.aborted) throw stopped();
      let body: string;
      try {
        body = JSON.stringify(request);
      } catch {
        throw fault(400, 'bad_json', 'The request can not be written as JSON.');
      }
      const id = ++count;
      let abort = () => {};
      try {
        return await new Promise<OptimizeResponse>((resolve, reject) => {
          abort = () => {
            if (waiting.delete(id)) say({ kind: 'cancel', id });
            reject(stopped());
          };
          signal?.addEventListener('abort', abort);
          start().then(() => {
            if (signal?.aborted) return;
            waiting.set(id, { resolve, reject, onEvent });
            say({ kind: 'ask', id, body });
          }, reject);
        });
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    close() {
      end(fault(499, 'cancelled', 'The client was closed.'));
      if (frame) remove();
      else view?.close();
      view = null;
    },
  };
}
