/** What came of an attempt, for a person. Pure. */
import { MENDABLE, type Sent } from '../../api/webhook.ts';

export function sentWords(sent: Sent, host: string): string {
  if (sent.kind === 'taken') return `${host} took it (status ${sent.status}).`;
  if (sent.status === 0)
    return `${host} could not be reached from this page. Check the address; the other side must also allow requests from other origins (CORS) with the headers Content-Type and X-PromptEvolver-Run, -Timestamp and -Signature.`;
  if (sent.kind === 'later') return `${host} answered with status ${sent.status}; a run would be sent again later.`;
  if (MENDABLE.includes(sent.status))
    return `${host} refused it with status ${sent.status}; a run would wait here until you change something. Is the secret the same on both sides?`;
  return `${host} refused it with status ${sent.status}; a run would not be sent again. Check the address.`;
}
