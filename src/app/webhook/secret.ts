import { secretMark } from '../../api/webhook.ts';
import type { WebhookPreference } from '../../store/preferences.ts';

/** The webhook's secret while the page is open; it is stored only when the person asks for that. */
let held: string | null = null;

export const secret = {
  get: (): string | null => held,
  set: (text: string | null): void => void (held = text === '' ? null : text),
};

/** The secret that signs now; null: this tab has none, or one that another tab has changed since. */
export async function currentSecret({ secret: kept, mark, allowed }: WebhookPreference): Promise<string | null> {
  const given = kept ?? held;
  if (!given || !allowed || mark === undefined) return given;
  return (await secretMark(given, allowed)) === mark ? given : null;
}
