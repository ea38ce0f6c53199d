/** Lines for a log that is watched with `tail -f`: what a run has asked so far, after every batch of calls. */
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import type { Asked } from './cachedLlm.ts';

const BATCH = 20;
/** A slow server may take long for a batch. */
const QUIET_MS = 60_000;
const percent = (share: number) => `${Math.round(100 * share)} %`;

export class Progress {
  private readonly counts = new Map<string, number>();
  private asked = 0;
  private cached = 0;
  private ms = 0;
  private stage = 'start';
  private said = performance.now();

  constructor(
    private readonly name: string,
    private readonly print: (line: string) => void,
  ) {}

  call({ request, reply, cached }: Asked): void {
    this.asked++;
    if (cached) this.cached++;
    this.ms += reply.ms;
    this.counts.set(request.purpose, (this.counts.get(request.purpose) ?? 0) + 1);
    const due = (this.asked - this.cached) % BATCH === 0 || performance.now() - this.said > QUIET_MS;
    if (!cached && due) this.line(this.stage);
  }

  event(event: RunEvent): void {
    const said = saying(event);
    if (event.type === 'phase') this.stage = said!;
    if (said) this.line(said);
  }

  line(said: string): void {
    this.said = performance.now();
    const counts = [...this.counts].map(([purpose, n]) => `${purpose} ${n}`).join(', ') || 'no call';
    const time = new Date().toISOString().slice(11, 19);
    this.print(`${time} ${this.name}: ${said} | ${counts}; ${this.cached} from the cache; ${(this.ms / 60_000).toFixed(1)} min`);
  }
}

function saying(event: RunEvent): string | null {
  switch (event.type) {
    case 'phase':
      return `${event.phase}${event.candidates.length ? ` ${event.candidates.join(' ')}` : ''}, ${event.rows} rows`;
    case 'rung':
      return `rung ${event.rung} (${event.rows} rows) keeps ${event.kept.join(' ')}, drops ${event.dropped.join(' ') || 'none'}`;
    case 'candidate':
      return `new ${event.candidate.id} (${event.candidate.madeBy.kind}) “${event.candidate.instruction.replace(/\s+/g, ' ').slice(0, 100)}”`;
    case 'rejected':
      return `rejected (${event.source}, ${event.reason}) “${event.text.replace(/\s+/g, ' ').slice(0, 80)}”`;
    case 'headroom':
      return `the start has ${percent(event.mean)} of ${event.rows} rows, ${event.unreadable} unreadable`;
    case 'acceptance':
      return `${event.candidate} against ${event.against}: ${event.wins} won, ${event.losses} lost, ${event.accepted ? 'accepted' : 'declined'}`;
    case 'verdict-look':
      return `look ${event.look}: ${event.comparison.wins} won, ${event.comparison.losses} lost, p ${event.comparison.pValue.toFixed(3)}`;
    case 'verdict':
      return `verdict: ${event.verdict.outcome}, ${event.verdict.reason}, result ${event.verdict.result}`;
    case 'note':
      return `note: ${event.text}`;
    default:
      return null;
  }
}
