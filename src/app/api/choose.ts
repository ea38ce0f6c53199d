/** Which model answers a request. Never one that would be fetched, nor a server that nobody chose. */
import type { ModelRef } from '../../engines/engine.ts';
import type { ModelOffer } from '../../worker/protocol.ts';
import { engine } from '../models/engine.svelte.ts';

/** The loaded one, else one that lies on this machine; null: none. Looks at the device when nobody has yet. */
export async function chooseModel(): Promise<ModelRef | null> {
  if (engine.loaded) return engine.loaded.ref;
  if (engine.loading) return engine.loading.ref;
  if (!engine.report) await engine.check();
  return fromOffers(engine.chosen, [...(engine.report?.offers ?? []), ...engine.ownOffers]);
}

/** @param chosen by the person, else by the device */
export function fromOffers(chosen: ModelOffer | null, offers: readonly ModelOffer[]): ModelRef | null {
  if (chosen?.here && (chosen.fits || chosen.mayTryAnyway)) return chosen.ref;
  // A server counts as here wherever it is.
  return offers.find(({ ref, here, fits }) => ref.engine !== 'openai' && here && fits)?.ref ?? null;
}
