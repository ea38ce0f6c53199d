/** Test doubles of two windows that know each other: a site's and the app's, which it opens. Messages arrive as browsers bring them. */
import { vi } from 'vitest';

type Heard = Pick<MessageEvent, 'data' | 'origin' | 'source' | 'ports'>;
type Listener = (event: Heard) => void;

/** What one window has of another. */
export class Handle {
  closed = false;
  location: { href: string } = { href: '' };
  focus = vi.fn();
  close = vi.fn(() => void (this.closed = true));
  /** Messages that were for another origin than the one that is there. */
  readonly lost: unknown[] = [];
  constructor(
    readonly to: TestWindow,
    private readonly from: () => { window: TestWindow; handle: Handle },
  ) {}
  postMessage = (data: unknown, target: string, ports: MessagePort[] = []): void => {
    const { window, handle } = this.from();
    if (target !== '*' && target !== this.to.origin) return void this.lost.push(data);
    const event = { data: structuredClone(data), origin: window.origin, source: handle as unknown as Window, ports };
    setImmediate(() => this.to.dispatch('message', event));
  };
}

export class TestWindow {
  private readonly listeners = new Map<string, Set<Listener>>();
  constructor(public origin: string) {}
  addEventListener = (name: string, listener: Listener): void =>
    void this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener));
  removeEventListener = (name: string, listener: Listener): void => void this.listeners.get(name)?.delete(listener);
  dispatch(name: string, event: Heard): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }
  get listening(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
}

export const SITE = 'https://example.org';
export const APP = 'https://app.example';

export interface Windows {
  site: TestWindow;
  app: TestWindow;
  /** The app's window, as the site has it; and the other way round. */
  appOfSite: Handle;
  siteOfApp: Handle;
  /** How the site opened the app. */
  open: ReturnType<typeof vi.fn>;
  frames: TestFrame[];
}
export interface TestFrame {
  src: string;
  hidden: boolean;
  isConnected: boolean;
  contentWindow: Handle;
  style: { cssText: string };
  remove(): void;
}

/** Puts the site's window in the place of the globals. */
export function openWindows(): Windows {
  const site = new TestWindow(SITE);
  const app = new TestWindow(APP);
  const appOfSite: Handle = new Handle(app, () => ({ window: site, handle: siteOfApp }));
  const siteOfApp: Handle = new Handle(site, () => ({ window: app, handle: appOfSite }));
  const open = vi.fn((): Handle | null => appOfSite);
  const frames: TestFrame[] = [];
  const createElement = (): TestFrame => {
    const frame: TestFrame = {
      src: '',
      hidden: false,
      isConnected: true,
      contentWindow: appOfSite,
      style: { cssText: '' },
      remove: () => void (frame.isConnected = false),
    };
    frames.push(frame);
    return frame;
  };
  vi.stubGlobal('addEventListener', site.addEventListener);
  vi.stubGlobal('removeEventListener', site.removeEventListener);
  vi.stubGlobal('open', open);
  vi.stubGlobal('document', { createElement, body: { append: () => undefined } });
  return { site, app, appOfSite, siteOfApp, open, frames };
}

export const turn = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
