/** The webhook's secret while the page is open; it is stored only when the person asks for that. */
let held: string | null = null;

export const secret = {
  get: (): string | null => held,
  set: (text: string | null): void => void (held = text === '' ? null : text),
};
