import type { LoadProgress } from '../engine.ts';
import type { MlcProgress } from './package.ts';

/** The package tells its phase only in words, and starts again at 0 in each. */
export function readProgress({ progress, text }: MlcProgress, bytes: number): LoadProgress {
  const share = Math.min(1, Math.max(0, Number.isFinite(progress) ? progress : 0));
  if (/shader/i.test(text)) {
    return {
      phase: 'shaders',
      bytesDone: 0,
      bytesTotal: 0,
      secondsLeft: null,
      text: `Preparing the graphics card: ${Math.round(share * 100)} %`,
    };
  }
  if (/^finish/i.test(text))
    return { phase: 'shaders', bytesDone: 0, bytesTotal: 0, secondsLeft: null, text: 'Preparing the graphics card: 100 %' };
  return {
    phase: 'upload',
    bytesDone: Math.round(share * bytes),
    bytesTotal: bytes,
    secondsLeft: null,
    text: 'Moving the model to the graphics card',
  };
}
