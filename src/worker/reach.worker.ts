/** One request for the page, in a worker that lives no longer than that: a worker has the policy of the moment it was made. */
export interface ReachRequest {
  url: string;
  init: RequestInit;
}
export type ReachAnswer = { status: number; headers: [string, string][]; body: ArrayBuffer } | { failed: string };

addEventListener('message', async ({ data: { url, init } }: MessageEvent<ReachRequest>) => {
  try {
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    postMessage({ status: response.status, headers: [...response.headers], body } satisfies ReachAnswer, { transfer: [body] });
  } catch (error) {
    postMessage({ failed: String(error) } satisfies ReachAnswer);
  }
});
