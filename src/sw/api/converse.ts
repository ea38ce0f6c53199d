/** One request and its answer, over the port of a window. */
import { ApiError } from '../../api/errors.ts';
import { errorAnswer } from '../../api/replies.ts';
import type { FromServiceWorker, FromWindow } from '../../api/relay.ts';
import type { ApiEvent } from '../../api/answerSchema.ts';
import type { FoundWindow } from './windows.ts';

declare const self: ServiceWorkerGlobalScope;

export interface Given {
  response: Response;
  /** Another window may have a better answer. */
  elsewhere: boolean;
}

/** How often it is looked whether the window is still there, ms. */
const LOOK_EVERY = 1_000;

/**
 * @param caller id of the page that asks
 * @param left the caller went away: Chromium never says so while an answer is pending, so the page is looked for too
 */
export function converse(
  { id, port }: FoundWindow,
  request: Omit<Extract<FromServiceWorker, { kind: 'request' }>, 'kind'>,
  caller: string,
  left: AbortSignal,
): Promise<Given> {
  return new Promise((resolve) => {
    let run: string | undefined;
    let ended = false;
    let lines: ReadableStreamDefaultController<Uint8Array> | null = null;
    const say = (message: FromServiceWorker, move: Transferable[] = []) => port.postMessage(message, move);
    /** false: it had ended before. What was asked of the browser before that may still be answered after it. */
    const end = (): boolean => {
      if (ended) return false;
      ended = true;
      clearInterval(looking);
      left.removeEventListener('abort', leave);
      port.close();
      return true;
    };
    const leave = () => {
      if (ended) return;
      say({ kind: 'leave' });
      end();
      // Nobody reads it; what is pending ends.
      resolve({ ...answered(errorAnswer(new ApiError('cancelled', 'The caller went away.'))), elsewhere: false });
    };
    const write = (event: ApiEvent) => lines?.enqueue(new TextEncoder().encode(JSON.stringify(event) + '\n'));
    /** What a caller hears whose window went away. */
    const gone = () => {
      if (!end()) return;
      const more = run === undefined ? {} : { run_id: run };
      const detail = `The window that answered was closed or reloaded.${run === undefined ? ' Send the request again.' : ' All answers so far are kept; the run goes on when the app is open.'}`;
      const error = new ApiError('page_closed', detail, more);
      if (!lines) return resolve({ ...answered(errorAnswer(error)), elsewhere: false });
      write({ event: 'error', status: error.status, ...error.body } as ApiEvent);
      lines.close();
    };
    const looking = setInterval(() => {
      void self.clients.get(id).then((client) => client ?? gone());
      if (caller) void self.clients.get(caller).then((client) => client ?? leave());
    }, LOOK_EVERY);
    left.addEventListener('abort', leave);

    port.onmessage = ({ data }: MessageEvent<FromWindow>) => {
      if (ended) return;
      if (data.kind === 'run') run = data.run;
      else if (data.kind === 'event') write(data.event);
      else if (data.kind === 'end') {
        end();
        lines?.close();
        // Without an answer before: the window could not fetch what answers.
        const detail = 'The window of the app could not answer. Reload it, then send the request again.';
        resolve({ ...answered(errorAnswer(new ApiError('page_closed', detail))), elsewhere: false });
      } else if (data.kind === 'answer' && data.body !== null) {
        resolve({ ...answered({ ...data, body: data.body }), elsewhere: data.elsewhere });
      } else if (data.kind === 'answer') {
        const body = new ReadableStream<Uint8Array>({ start: (controller) => void (lines = controller), cancel: leave });
        resolve({ response: new Response(body, { status: data.status, headers: data.headers }), elsewhere: false });
      }
    };
    say({ kind: 'request', ...request }, request.body ? [request.body] : []);
  });
}

const answered = ({ status, headers, body }: { status: number; headers: Record<string, string>; body: string }) => ({
  response: new Response(body, { status, headers }),
});
