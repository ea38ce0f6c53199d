import type { Shared } from '../../store/preferences.ts';

/** What another app shared, while it waits for the person's word. */
class Arrived {
  /** Its text, because a prompt stands in the form already; its files, because rows do. */
  asks = $state.raw<{ share: Shared; about: 'text' | 'files' } | null>(null);
  /** What came and could not be used, in a sentence. */
  problem = $state('');
}

export const arrived = new Arrived();
