/** Runs in hand: one at work, the others waiting in the order they came. */
export class Queue<T extends { readonly id: string }> {
  private readonly waiting: { item: T; work: () => Promise<unknown> }[] = [];
  private current: T | null = null;

  /** `limit`: how many may wait behind the one at work. */
  constructor(private readonly limit: number) {}

  get length(): number {
    return this.waiting.length + (this.current ? 1 : 0);
  }
  get full(): boolean {
    return this.current !== null && this.waiting.length >= this.limit;
  }
  find(id: string): T | undefined {
    return this.current?.id === id ? this.current : this.waiting.find(({ item }) => item.id === id)?.item;
  }
  /** `work` begins when all before it has ended, however that ended. */
  add(item: T, work: () => Promise<unknown>): void {
    this.waiting.push({ item, work });
    if (!this.current) void this.next();
  }
  /** Takes out one that waits; false when it does not wait (any more). */
  drop(id: string): boolean {
    const at = this.waiting.findIndex(({ item }) => item.id === id);
    if (at < 0) return false;
    this.waiting.splice(at, 1);
    return true;
  }

  private async next(): Promise<void> {
    for (let entry = this.waiting.shift(); entry; entry = this.waiting.shift()) {
      this.current = entry.item;
      try {
        await entry.work();
      } catch {
        // The work tells how it ended; the next one's turn has come either way.
      }
      this.current = null;
    }
  }
}
