/** Models that were whole on this machine: one that no longer is, and that nobody removed, was cleared by the browser. */
import type { ModelRef } from '../../engines/engine.ts';
import type { TakenModel } from '../../store/preferences.ts';
import type { ModelOffer } from '../../worker/protocol.ts';
import { readPreference, writePreference } from '../client/preferences.ts';
import { sameRef } from './refs.ts';

/** Those of the list whose files are gone. Remembers which are here now. Without storage: none. */
export async function findGone(offers: readonly ModelOffer[]): Promise<TakenModel[]> {
  try {
    const before = (await readPreference('taken')) ?? [];
    const here = offers.filter((offer) => offer.here).map(({ ref, title, bytes }) => ({ ref, title, bytes }));
    const absent = before.filter(({ ref }) => !here.some((model) => sameRef(model.ref, ref)));
    if (here.length > 0 || before.length > 0) await writePreference('taken', [...here, ...absent]);
    return absent.filter(({ ref }) => offers.some((offer) => sameRef(offer.ref, ref)));
  } catch {
    return [];
  }
}

/** Removed on purpose, or not wanted any more. */
export async function forget(ref: ModelRef): Promise<void> {
  try {
    const before = (await readPreference('taken')) ?? [];
    await writePreference(
      'taken',
      before.filter((model) => !sameRef(model.ref, ref)),
    );
  } catch {
    // No storage: nothing is remembered either.
  }
}
