/** A model of one's own as a line beside those of the catalogue. Pure. */
import type { Capability } from '../../engines/engine.ts';
import type { OwnModel } from '../../store/preferences.ts';
import type { ModelOffer } from '../../worker/protocol.ts';
import { goesToSentence } from './goesTo.ts';

/** `capabilities`: undefined while nobody has looked at the device; then the line promises nothing. */
export function ownOffer({ ref, title, bytes, here }: OwnModel, capabilities?: readonly Capability[]): ModelOffer {
  const engine = capabilities?.find((capability) => capability.engine === ref.engine);
  const address = 'url' in ref ? ref.url : 'weightsUrl' in ref ? ref.weightsUrl : null;
  return {
    ref,
    title,
    bytes,
    license: 'your own',
    about:
      goesToSentence(ref) ||
      (address === null ? 'A file you opened; it is kept in this browser.' : `From ${new URL(address).host}, as you asked.`),
    fits: engine?.ok ?? true,
    why: engine && !engine.ok ? engine.why : here ? '' : 'Only a part of it is on this machine.',
    here,
    recommended: false,
    mayTryAnyway: engine?.mayTryAnyway ?? false,
  };
}
