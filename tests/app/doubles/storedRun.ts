/** A finished run as the store holds it, made by the real method with the simulated model: for pages that show runs. */
import type { RunEvent } from '../../../src/promptwizard/events.ts';
import type { RunRecord } from '../../../src/store/records.ts';
import { inputOf, modelFor, play, world } from '../../promptwizard/play.ts';
import type { World } from '../../world/model.ts';

export interface StoredRun {
  record: RunRecord;
  events: RunEvent[];
}

/** `upTo`: only so many events, as of a run that was cut short. */
export async function storedRun(
  id: string,
  o: Parameters<typeof inputOf>[0] & {
    world?: Partial<World>;
    at?: number;
    stopAt?: number;
    upTo?: number;
    status?: RunRecord['status'];
  } = {},
): Promise<StoredRun> {
  const input = inputOf(o);
  const { events, state } = await play(input, modelFor(input, world(o.world)), { stopAt: o.stopAt });
  const at = o.at ?? 1_785_000_000_000;
  const result = o.upTo === undefined ? state.result : null;
  const record: RunRecord = {
    id,
    version: 1,
    createdAt: at,
    updatedAt: at + 60_000,
    status: o.status ?? (result ? 'done' : 'interrupted'),
    input,
    model: { engine: 'wllama', id: 'simulated', url: 'http://127.0.0.1:9/simulated.gguf' },
    app: '0.1.0',
    requestHash: `hash-of-${id}`,
    ...(result
      ? {
          summary: {
            outcome: result.verdict.outcome,
            qualityScore: result.qualityScore,
            quality: result.quality,
            seconds: result.processingTime,
            calls: result.calls,
            optimizedPrompt: result.optimizedPrompt,
          },
        }
      : {}),
  };
  return { record, events: events.slice(0, o.upTo) };
}
