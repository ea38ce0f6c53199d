/** `npm run model`: fetches the small model into models/. */
import { join } from 'node:path';
import { showProgress } from './progress.mjs';
import { root } from './root.mjs';
import { FetchError, fetchSmallModel, SMALL_MODEL } from './small-model.mjs';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
  const outcome = await fetchSmallModel(join(root, 'models'), { onProgress: showProgress(), signal: stop.signal });
  console.log(outcome === 'there' ? `Already there: models/${SMALL_MODEL.file}` : `Fetched and checked: models/${SMALL_MODEL.file}`);
} catch (error) {
  if (stop.signal.aborted) console.error('Stopped; nothing was kept.');
  else if (error instanceof FetchError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
}
