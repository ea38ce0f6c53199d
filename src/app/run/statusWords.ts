/** What the run's status adds to its sentence; null when the sentence says it all. */
import type { RunStatus } from '../../store/records.ts';

export function statusWords(status: RunStatus | null, message?: string): string | null {
  switch (status) {
    case 'queued':
      return 'Waiting for the run before it. One run uses the model at a time.';
    case 'paused':
      return 'Paused. Nothing is lost; resume when you like.';
    case 'interrupted':
      return message ?? 'Interrupted. All answers so far are kept; it goes on at the first one that is missing.';
    case 'failed':
      return message ?? 'The run could not go on. All answers so far are kept.';
    default:
      return message ?? null;
  }
}
