/** From a request of the API to a run: model if need be, then the request. */
import { ApiError } from '../../api/errors.ts';
import type { HostStart, LoadNews } from '../../api/host.ts';
import type { Asked } from '../../api/request.ts';
import { preselectPlan } from '../../promptwizard/budget.ts';
import { mergeSettings, type Settings } from '../../promptwizard/settings.ts';
import { PLAN_NAMES, type PlanName } from '../../promptwizard/types.ts';
import type { ModelRef } from '../../engines/engine.ts';
import { builtSite } from '../../store/builtSite.ts';
import { requestHash } from '../../store/hash.ts';
import type { AskedBy } from '../../store/records.ts';
import { storedAnswer } from '../../store/storedAnswer.ts';
import { connection, readPreference } from '../client/preferences.ts';
import { engine } from '../models/engine.svelte.ts';
import { errorWords } from '../models/errorWords.ts';
import { checkPrompt } from '../optimize/checks.ts';
import { saved } from '../settings/saved.svelte.ts';
import { chooseModel } from './choose.ts';

const NO_MODEL =
  'No model is on this machine. Open the app, go to Models and take one; after that requests are answered, also after a restart.';

export interface Starting {
  /** Of the run, if it becomes a new one. */
  id: string;
  asked: AskedBy;
  hear: (news: LoadNews) => void;
  /** Nobody waits any more; a model that is being loaded is loaded to its end. */
  left: AbortSignal;
}

/** @throws ApiError, or the reason of `left` */
export async function start(request: Asked, { id, asked, hear, left }: Starting): Promise<HostStart> {
  await saved.load();
  const settings = mergeSettings(saved.base, request.settings);
  const ref = await chooseModel();
  if (!ref) throw new ApiError('no_model', NO_MODEL);
  const plan = request.plan ?? (await readPreference('plan').catch(() => undefined)) ?? null;
  const stored = request.anew ? null : await storedRun(request, settings, plan, ref);
  if (stored !== null) return { kind: 'stored', run: stored };
  await load(ref, hear);
  const { loaded } = engine;
  if (!loaded) throw new ApiError('model_failed', 'The model was lost while it was loaded. Ask again, or load it in the app.');
  const { task, anew } = request;
  const long = checkPrompt(task.prompt, loaded.contextSize, task.system);
  if (long) throw new ApiError('too_long', long.message, { field: 'prompt' });
  try {
    const client = await engine.client();
    left.throwIfAborted();
    return await client.start({ task, settings, plan: plan ?? preselectPlan(task, settings, loaded), anew, id, asked });
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'input') throw new ApiError('bad_input', message);
    if (name === 'not-loaded' || name === 'worker-ended') throw new ApiError('model_failed', message);
    throw error;
  }
}

/** A finished run of the same request. Where no plan was asked for, of any, the one that paid for most first. */
async function storedRun({ task }: Asked, settings: Settings, plan: PlanName | null, { id }: ModelRef): Promise<string | null> {
  for (const name of plan ? [plan] : PLAN_NAMES.toReversed()) {
    const hash = await requestHash(task, settings, name, id);
    const done = await connection.use((store) => storedAnswer(store, hash, builtSite));
    if (done) return done.id;
  }
  return null;
}

/** Resolves when the model is loaded. It lies on this machine, or is being loaded already. */
async function load(ref: ModelRef, hear: (news: LoadNews) => void): Promise<void> {
  if (engine.loaded) return;
  const client = await engine.client();
  const end = client.onEngineState(({ model }) => {
    if (model.state !== 'loading') return;
    const { phase, bytesDone, bytesTotal, secondsLeft } = model.progress;
    hear({ model: model.ref.id, phase, bytesDone, bytesTotal, secondsLeft });
  });
  try {
    await engine.loadFor(ref, engine.asBefore(ref));
  } catch (error) {
    throw new ApiError('model_failed', errorWords(error).message);
  } finally {
    end();
  }
}
