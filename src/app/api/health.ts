/** Whether a request would be answered now. */
import { wireModel } from '../../api/names.ts';
import type { HealthResponse } from '../../api/answerSchema.ts';
import { markInterrupted } from '../../store/owners.ts';
import { runsByStatus } from '../../store/runs.ts';
import { connection } from '../client/preferences.ts';
import { engine } from '../models/engine.svelte.ts';
import { chooseModel } from './choose.ts';
import { builtSite } from '../../store/builtSite.ts';

export async function health(): Promise<HealthResponse> {
  const [ref, queue, webgpu] = await Promise.all([chooseModel().catch(() => null), queued(), hasWebGpu()]);
  const { status, detail } = standing(ref !== null, queue.waiting >= queue.limit);
  return {
    status,
    model: ref ? wireModel(ref.id) : 'none',
    promptwizard_version: __APP_VERSION__,
    timestamp: new Date().toISOString(),
    engine: ref?.engine ?? null,
    queue,
    webgpu,
    detail,
  };
}

function standing(here: boolean, full: boolean): Pick<HealthResponse, 'status' | 'detail'> {
  const { worker, message } = engine.state;
  if (worker === 'failed') return { status: 'unavailable', detail: message ?? 'The model’s worker failed. Reload the app.' };
  if (!here) return { status: 'unavailable', detail: 'No model is on this machine. Open the app, go to Models and take one.' };
  if (engine.loading) return { status: 'loading', detail: 'A model is being loaded; requests wait for it.' };
  if (worker === 'restarting') return { status: 'degraded', detail: message ?? 'The model’s worker is being started again.' };
  if (!engine.loaded) return { status: 'degraded', detail: 'The model is on this machine and is loaded by the first request.' };
  if (full) return { status: 'degraded', detail: 'The queue is full: a new request is refused until a run has ended.' };
  return { status: 'healthy', detail: 'A model is loaded.' };
}

/** Of all windows of this browser. */
async function queued(): Promise<HealthResponse['queue']> {
  const limit = builtSite.maxConcurrent;
  try {
    await connection.use((store) => markInterrupted(store));
    const going = await connection.use((store) => runsByStatus(store, ['queued', 'running', 'paused']));
    const waiting = going.filter(({ status }) => status === 'queued').length;
    return { running: going.length - waiting, waiting, limit };
  } catch {
    return { running: 0, waiting: 0, limit };
  }
}

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return (await gpu?.requestAdapter().catch(() => null)) != null;
}
