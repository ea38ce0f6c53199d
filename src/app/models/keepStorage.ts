/**
 * Asks the browser to keep what this page stores, also when the disk is full. Only a page may ask, not a worker, and
 * some browsers listen only to a click; a refusal changes nothing but what the page says under "This device".
 */
export function keepStorage(): void {
  try {
    void navigator.storage.persist().catch(() => undefined);
  } catch {
    // A browser without such storage.
  }
}
