/**
 * What the person does during a run. It is stored before it takes effect and bound to a position in the run, never
 * to a time: so replay does the same at the same place.
 */
import type { Question } from '../promptwizard/llm.ts';
import type { Row } from '../promptwizard/types.ts';
import type { InputRecord } from '../store/records.ts';
import { WorkerError } from './errors.ts';
import type { Pause } from './pause.ts';

/** How long rows wait for the person before they are used as they are. */
export const REVIEW_MS = 120_000;

export interface InputParts {
  run: string;
  stored: readonly InputRecord[];
  put(input: InputRecord): Promise<void>;
  pause: Pause;
  reviewMs?: number;
}

export class RunInputs {
  /** Asked for, and not yet bound to a call. */
  stopWanted = false;
  private stopAt: number | null = null;
  private readonly rows = new Map<number, Row[]>();
  private open: { position: number; settle: (rows: Row[] | null) => void } | null = null;
  private readonly onStop = new Set<() => void>();

  constructor(private readonly parts: InputParts) {
    for (const { kind, position, value } of parts.stored) {
      if (kind === 'stop') this.stopAt = position;
      else this.rows.set(position, value as Row[]);
    }
  }

  /** The call of `stopAt` itself is not "before": it is turned away by the model's side, live and on replay alike. */
  stoppedBefore(call: number): boolean {
    return this.stopAt !== null && call > this.stopAt;
  }
  stopsAt(call: number): boolean {
    return this.stopAt === call;
  }
  /** Binds the stop that was asked for to this call. */
  async bindStop(call: number): Promise<void> {
    await this.parts.put({ run: this.parts.run, kind: 'stop', position: call, value: null });
    this.stopAt = call;
  }
  stop(): void {
    if (this.stopWanted || this.stopAt !== null) return;
    this.stopWanted = true;
    for (const hear of this.onStop) hear();
    this.open?.settle(null);
    this.parts.pause.wake();
  }
  /** Calls `hear` when the person stops; answers with the way to end that. */
  whenStopped(hear: () => void): () => void {
    this.onStop.add(hear);
    return () => this.onStop.delete(hear);
  }

  /** The rows as the person leaves them; as they are after two minutes without pause, or when the run is stopped. */
  async review(question: Question): Promise<Row[]> {
    const { position } = question;
    const known = this.rows.get(position);
    if (known) return known;
    const answer = this.stopWanted || this.stopAt !== null ? null : await this.ask(position);
    // The answer may have come in before the question was put.
    return this.rows.get(position) ?? this.keepRows(position, answer ?? question.rows);
  }

  /** @throws WorkerError too-late */
  async answer(position: number, rows: Row[]): Promise<void> {
    if (this.rows.has(position))
      throw new WorkerError('too-late', 'These rows were already used as they stood; the run goes on with them.');
    await this.keepRows(position, rows);
    if (this.open?.position === position) this.open.settle(rows);
  }

  private async keepRows(position: number, rows: Row[]): Promise<Row[]> {
    this.rows.set(position, rows);
    await this.parts.put({ run: this.parts.run, kind: 'rows', position, value: rows });
    return rows;
  }

  private ask(position: number): Promise<Row[] | null> {
    const { pause, reviewMs = REVIEW_MS } = this.parts;
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout>;
      const settle = (rows: Row[] | null) => {
        clearTimeout(timer);
        this.open = null;
        resolve(rows);
      };
      const wait = () => {
        timer = setTimeout(() => {
          // A paused run waits for as long as the person takes, then the two minutes begin again.
          if (pause.on) void pause.passed().then(() => this.open?.position === position && wait());
          else settle(null);
        }, reviewMs);
      };
      this.open = { position, settle };
      wait();
    });
  }
}
