/** What this device can run: each engine's own test, the models judged by it, and the room there is. */
import { offers, refs, type ServedModel, type Wishes } from '../engines/catalogue.ts';
import type { Capability, EngineName, ModelRef } from '../engines/engine.ts';
import { refKey } from '../engines/modelId.ts';
import type { SiteSettings } from '../store/site.ts';
import type { Engines } from './models.ts';
import type { DeviceReport } from './protocol.ts';

export interface DeviceParts {
  engines: Engines;
  served(): Promise<ServedModel[]>;
  here(ref: ModelRef): Promise<boolean>;
  /** What the site wants and allows. */
  site?: Pick<SiteSettings, 'model' | 'memoryLimit'>;
  storage?: Pick<StorageManager, 'estimate' | 'persisted'>;
}

export async function deviceReport({ engines, served, here, site, storage = navigator.storage }: DeviceParts): Promise<DeviceReport> {
  const names = Object.keys(engines) as EngineName[];
  const [capabilities, models, room, persisted] = await Promise.all([
    Promise.all(names.map((name) => capabilityOf(name, engines))),
    served(),
    storage.estimate().catch((): StorageEstimate => ({})),
    storage.persisted().catch(() => false),
  ]);
  const listed = await Promise.all(refs(models).map(async (ref) => ((await here(ref).catch(() => false)) ? [refKey(ref)] : [])));
  const { quota = null, usage = null } = room;
  const left = quota === null || usage === null ? null : quota - usage;
  const wishes: Wishes = { model: site?.model ?? null, memoryLimit: site?.memoryLimit ? site.memoryLimit * 2 ** 20 : null };
  return { capabilities, ...offers(capabilities, models, new Set(listed.flat()), left, wishes), quota, usage, persisted };
}

/** An engine that does not even start is one that this device cannot use; the others still count. */
async function capabilityOf(name: EngineName, engines: Engines): Promise<Capability> {
  try {
    return await (await engines[name]!()).featureTest();
  } catch (error) {
    const why = `The ${name === 'webllm' ? 'WebGPU' : 'CPU'} engine did not start (${error instanceof Error ? error.name : 'unknown'}).`;
    return { engine: name, ok: false, why, remedy: 'Reload the page while online.', facts: {} };
  }
}
