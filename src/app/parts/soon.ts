/** Runs `work` when the page is idle; Safari has no idle callback. */
export function soon(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 1500 });
  else setTimeout(work, 150);
}
