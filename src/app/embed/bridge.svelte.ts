/** This page's connection with the other site that opened it. One for the whole page, whatever place it shows. */
import { ApiError } from '../../api/errors.ts';
import { createApi } from '../../api/handler.ts';
import type { ApiEvent } from '../../api/answerSchema.ts';
import { createPageHost } from '../api/pageHost.ts';
import { wait } from '../client/clock.ts';
import { connection } from '../client/preferences.ts';
import { createDoor, type Door } from './door.ts';
import { askInWindow, inConsentWindow } from './consentWindow.ts';
import { serve, type Closing, type Line } from './serve.ts';
import { allowSite, isAllowed } from './sites.ts';

const CLOSED: Closing = {
  status: 503,
  code: 'page_closed',
  detail: 'The app was closed. A run that it had begun goes on when the app is open again.',
};
const FLOOD: Closing = { status: 429, code: 'flood', detail: 'This site has sent too many messages. Its person can open the app anew.' };
const IN_FRAME =
  'In a frame of another site the app has a storage of its own, without the models of the full app. Open it in a window instead.';
const KEEPS_NOTHING = 'In this frame the browser lets the app keep nothing: no model and no run. Open it in a window instead.';

class Bridge {
  /** `alone`: nobody has opened this page, or nobody who has said hello. */
  state = $state<'alone' | 'asking' | 'open' | 'refused' | 'left' | 'flood'>('alone');
  origin = $state('');
  /** Requests that wait for an answer. */
  requests = $state(0);
  /** The last request found no model. */
  noModel = $state(false);
  /** The browser let no window be opened, or it was closed without an answer. */
  undecided = $state(false);
  /** Whoever opened this page will speak in a moment. */
  expected = $state(false);
  readonly framed = parent !== window;
  private door: Door | null = null;
  private line: Line | null = null;
  private decide: (allowed: boolean) => void = () => {};

  begin(): void {
    if (this.door || inConsentWindow()) return;
    const counterpart = (this.framed ? parent : opener) as Window | null;
    if (!counterpart) return;
    const door = createDoor({
      counterpart,
      allow: (origin) => this.allow(origin),
      enter: (port, origin) => this.enter(port, origin),
    });
    this.door = door;
    addEventListener('message', (event) => door.hear(event));
    addEventListener('pagehide', () => this.line?.close(CLOSED));
    if (!this.framed) void this.watch(counterpart);
    door.ready();
    this.expected = true;
    setTimeout(() => (this.expected = false), 3_000);
  }

  /** The person's answer. @throws StoreError when it can not be remembered; the answer stands */
  async answer(allowed: boolean, remember: boolean): Promise<void> {
    this.decide(allowed);
    if (allowed && remember) await allowSite(this.origin);
  }

  /** In a frame, on a click. */
  async answerInWindow(): Promise<void> {
    const allowed = await askInWindow(this.origin);
    this.undecided = allowed === null;
    if (allowed !== null) this.decide(allowed);
  }

  /** After a refusal. */
  askAgain(): void {
    this.door?.forget();
    this.state = 'alone';
  }

  private async allow(origin: string): Promise<boolean> {
    this.origin = origin;
    // What a frame has stored is another storage.
    if (!this.framed && (await isAllowed(origin))) return true;
    this.state = 'asking';
    const allowed = await new Promise<boolean>((resolve) => (this.decide = resolve));
    if (!allowed) this.state = 'refused';
    return allowed;
  }

  private enter(port: MessagePort, origin: string): void {
    this.line?.close();
    this.state = 'open';
    const line = serve(port, {
      api: createApi(createPageHost({ by: 'embed', origin })),
      obstacle: () => this.obstacle(),
      pass: (event) => this.pass(event),
      onOpen: (count) => (this.requests = count),
      onEnd: (why) => {
        if (line !== this.line) return;
        this.line = null;
        this.state = why;
        if (why === 'flood') this.door?.shut(FLOOD);
      },
    });
    this.line = line;
  }

  private async obstacle(): Promise<ApiError | null> {
    if (!this.framed) return null;
    try {
      await connection.use(async () => undefined);
      return null;
    } catch {
      return new ApiError('storage', KEEPS_NOTHING);
    }
  }

  private pass(event: ApiEvent): ApiEvent {
    const missing = event.event === 'error' && event.code === 'no_model';
    if (missing !== this.noModel && (missing || event.event !== 'error')) {
      this.noModel = missing;
      if (this.framed) this.line?.show(missing);
    }
    return missing && this.framed ? { ...event, detail: `${event.detail} ${IN_FRAME}` } : event;
  }

  /** A window outlives the page that opened it, which may go without a word. */
  private async watch(counterpart: Window): Promise<void> {
    const never = new AbortController().signal;
    while (!counterpart.closed) await wait(1_000, never);
    this.line?.close();
    this.line = null;
    this.state = 'left';
  }
}

export const bridge = new Bridge();
