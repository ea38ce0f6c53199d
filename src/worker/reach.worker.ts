/** One request for the page, in a worker that lives no longer than that: a worker has the policy of the moment it was made. */
export interface ReachRequest {
  url: string;
  init: RequestInit;
}
export type ReachAnswer = { status: number; headers: [string, string][] } | { failed: string };

/** Until the other side's first words, ms: what waits behind this request must not wait for ever. */
const LONGEST = 20_000;

addEventListener('message', async ({ data: { url, init } }: MessageEvent<ReachRequest>) => {
  try {
    const { status, headers, body } = await fetch(url, { ...init, signal: AbortSignal.timeout(LONGEST) });
    postMessage({ status, headers: [...headers] } satisfies ReachAnswer);
    // Nobody reads it, however long it is.
    await body?.cancel();
  } catch (error) {
    postMessage({ failed: String(error) } satisfies ReachAnswer);
  }
});
