/** Holds back whoever waits at it while it is on. */
export class Pause {
  private waiting: (() => void)[] = [];
  on = false;

  set(on: boolean): void {
    this.on = on;
    if (!on) this.wake();
  }
  /** Lets those who wait look again, for another reason than the end of the pause. */
  wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }
  /** Resolves at once while the pause is off, else at its end or at `wake`. */
  passed(): Promise<void> {
    return this.on ? new Promise((go) => this.waiting.push(go)) : Promise.resolve();
  }
}
