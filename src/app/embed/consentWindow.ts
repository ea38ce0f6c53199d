/**
 * In a frame the page around could lay something over the buttons, so there the person decides in a window of the app.
 * Frame and window are of one origin, and tell each other nothing else than this.
 */
const TYPE = 'promptevolver-consent';
type Said = { type: typeof TYPE } & ({ kind: 'who' } | { kind: 'site'; origin: string } | { kind: 'decided'; allowed: boolean });

export const inConsentWindow = (): boolean => new URLSearchParams(location.search).get('embed') === 'consent';

function read({ data, origin }: MessageEvent): Said | null {
  return origin === location.origin && (data as Said | null)?.type === TYPE ? (data as Said) : null;
}

/** In the frame, on a click. Null: the browser has blocked the window, or the person has closed it. */
export async function askInWindow(site: string): Promise<boolean | null> {
  const opened = open(new URL('index.html?embed=consent#/embed', document.baseURI), '_blank', 'popup,width=560,height=640');
  if (!opened) return null;
  const over = new AbortController();
  try {
    return await new Promise<boolean | null>((resolve) => {
      const timer = setInterval(() => opened.closed && resolve(null), 500);
      over.signal.addEventListener('abort', () => clearInterval(timer));
      const hear = (event: MessageEvent) => {
        const said = event.source === opened ? read(event) : null;
        if (said?.kind === 'who') opened.postMessage({ type: TYPE, kind: 'site', origin: site } satisfies Said, location.origin);
        if (said?.kind === 'decided') resolve(said.allowed);
      };
      addEventListener('message', hear, { signal: over.signal });
    });
  } finally {
    over.abort();
  }
}

/** In the window: who asks. Null: nobody of ours has opened it. */
export function whoAsks(): Promise<string | null> {
  const frame = opener as Window | null;
  if (!frame) return Promise.resolve(null);
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = (origin: string | null) => {
      over.abort();
      resolve(origin);
    };
    setTimeout(() => done(null), 10_000);
    const hear = (event: MessageEvent) => {
      const said = event.source === frame ? read(event) : null;
      if (said?.kind === 'site') done(said.origin);
    };
    addEventListener('message', hear, { signal: over.signal });
    frame.postMessage({ type: TYPE, kind: 'who' } satisfies Said, location.origin);
  });
}

/** In the window: tells the frame, and closes. */
export function decided(allowed: boolean): void {
  (opener as Window | null)?.postMessage({ type: TYPE, kind: 'decided', allowed } satisfies Said, location.origin);
  close();
}
