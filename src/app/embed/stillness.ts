/**
 * Whether this window has been in front and left alone for a while. A site may lay its own window over this one and take it
 * away between the two clicks of a double click, or have people click on and on: none of those clicks may fall on a button
 * that gives something away.
 */
const LONG_ENOUGH = 1_000;

export interface Stillness {
  /** Look often. @param inFront seen, and with the focus. @returns whether that has been so for a second */
  look(inFront: boolean): boolean;
  /** Something moved or was pressed: the second begins anew. */
  disturb(): void;
}

/** @param now milliseconds */
export function stillness(now: () => number): Stillness {
  let since: number | null = null;
  return {
    look(inFront) {
      since = inFront ? (since ?? now()) : null;
      return since !== null && now() - since >= LONG_ENOUGH;
    },
    disturb: () => void (since = null),
  };
}
