/** A model of one's own as a line beside those of the catalogue. Pure. */
import type { Capability, ModelRef } from '../../engines/engine.ts';
import type { OwnModel } from '../../store/preferences.ts';
import type { ModelOffer } from '../../worker/protocol.ts';
import { goesToSentence } from './goesTo.ts';

/** Under which the files of an imported folder are kept; nothing answers there. */
const IMPORTED = 'https://imported.invalid/';

/** Whether its files can be fetched; else the person has to give them. */
export function hasAddress(ref: ModelRef): boolean {
  if (ref.engine === 'wllama') return 'url' in ref;
  return !('weightsUrl' in ref) || !ref.weightsUrl.startsWith(IMPORTED);
}

/** `capabilities`: undefined while nobody has looked at the device; then the line promises nothing. */
export function ownOffer({ ref, title, bytes, here }: OwnModel, capabilities?: readonly Capability[]): ModelOffer {
  const engine = capabilities?.find((capability) => capability.engine === ref.engine);
  const address = 'url' in ref ? ref.url : 'weightsUrl' in ref ? ref.weightsUrl : null;
  return {
    ref,
    title,
    bytes,
    license: 'your own',
    about: goesToSentence(ref) || origin(address),
    fits: engine?.ok ?? true,
    why:
      engine && !engine.ok
        ? engine.why
        : here
          ? ''
          : hasAddress(ref)
            ? 'Only a part of it is on this machine.'
            : 'Its files are not on this machine.',
    here,
    recommended: false,
    mayTryAnyway: engine?.mayTryAnyway ?? false,
  };
}

function origin(address: string | null): string {
  if (address === null) return 'A file you opened; it is kept in this browser.';
  if (address.startsWith(IMPORTED)) return 'From a folder you imported; it is kept in this browser.';
  return `From ${new URL(address).host}, as you asked.`;
}
