/** What is told by calls, as something to read from. */

/**
 * `work` tells until it ends; reading ends with it. Who stops reading aborts it.
 * @param work must not reject
 */
export async function* live<T>(work: (hear: (item: T) => void, signal: AbortSignal) => Promise<void>): AsyncGenerator<T, void> {
  const items: T[] = [];
  const left = new AbortController();
  let wake: () => void = () => {};
  let over = false;
  const done = work((item) => {
    items.push(item);
    wake();
  }, left.signal).finally(() => {
    over = true;
    wake();
  });
  try {
    while (!over || items.length > 0) {
      const item = items.shift();
      if (item !== undefined) yield item;
      else if (!over) await new Promise<void>((resolve) => (wake = resolve));
    }
    await done;
  } finally {
    left.abort();
  }
}
