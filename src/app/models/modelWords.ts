/** The model in words: pill, button, load phases. Pure. */
import type { LoadPhase, LoadProgress } from '../../engines/engine.ts';
import type { ModelOffer } from '../../worker/protocol.ts';
import type { EngineState } from '../client/optimizer.ts';
import { bytes, wait } from '../figures.ts';

const PHASE: { readonly [K in LoadPhase]: string } = {
  check: 'Checking this device',
  connect: 'Asking the server',
  download: 'Downloading',
  verify: 'Checking the files',
  upload: 'Moving the model into memory',
  shaders: 'Preparing the graphics card',
  selftest: 'Trying it with one sentence',
  ready: 'Ready',
};

/** `Downloading · 0.6 GB of 2.3 GB · 4 min left`. */
export function progressWords({ phase, bytesDone, bytesTotal, secondsLeft }: LoadProgress): string {
  const parts = [PHASE[phase]];
  if (bytesTotal > 0) parts.push(`${bytes(bytesDone)} of ${bytes(bytesTotal)}`);
  if (secondsLeft !== null && phase !== 'ready') parts.push(`${wait(secondsLeft)} left`);
  return parts.join(' · ');
}

/** The pill in the top bar. `title`: of the loaded model, when the catalogue knows a better one than its file. */
export function pillWords(state: EngineState, chosen: { title: string } | null, title: string | null = null): string {
  if (state.worker === 'restarting') return 'Restarting the engine';
  const { model } = state;
  switch (model.state) {
    case 'ready':
      return `${shortTitle(title ?? model.model.title)} · ready`;
    case 'loading': {
      const { bytesDone, bytesTotal } = model.progress;
      return `${PHASE[model.progress.phase]}${bytesTotal > 0 ? ` · ${Math.floor((100 * bytesDone) / bytesTotal)} %` : ''}`;
    }
    case 'failed':
      return 'Model not loaded · see why';
    case 'none':
      return chosen ? `${shortTitle(chosen.title)} · not loaded` : 'No model yet';
  }
}

/** A title without what it is for: `SmolLM2 135M, for trying out` → `SmolLM2 135M`. */
export const shortTitle = (title: string): string => title.split(',')[0]!;

/** `2.3 GB, once`: what a download takes. */
export const sizeOnce = ({ bytes: n }: Pick<ModelOffer, 'bytes'>): string => (n > 0 ? `${bytes(n)}, once` : 'size unknown');

/** The start button: what a click does, the download and its size included. `null`: the device was not looked at yet. */
export function startLabel(offer: ModelOffer | null, ready: boolean): string {
  if (ready || !offer) return 'Optimize';
  const title = shortTitle(offer.title);
  if (offer.ref.engine === 'openai') return `Connect to ${title} and optimize`;
  return offer.here ? `Load ${title} and optimize` : `Get ${title} (${sizeOnce(offer)}) and optimize`;
}
