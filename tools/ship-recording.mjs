/**
 * Makes a recorded run the one that the app shows: `node tools/ship-recording.mjs FILE "what its rows ask"`. FILE is one
 * that `npm run record` wrote; the words stand after "24 rows of", for example "counting objects".
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { runnerImport } from 'vite';
import { root } from './root.mjs';

/** Compressed bytes: what a visitor fetches to look at it. */
const LIMIT = 150_000;
const shipped = join(root, 'public/recorded/run.json.gz');

const [file, rowsOf] = process.argv.slice(2);
if (!file || !rowsOf) quit('Name the file, and in quotes what its rows ask: node tools/ship-recording.mjs FILE "counting objects"');

const { module } = await runnerImport(join(root, 'src/formats/recording.ts'), { root, configFile: false, logLevel: 'warn' });
const { readRecording } = /** @type {typeof import('../src/formats/recording.ts')} */ (module);
try {
  const { version, model, date, ...rest } = readRecording(gunzipSync(await readFile(file)).toString('utf8'));
  const bytes = gzipSync(JSON.stringify({ version, model, date, ...rest, rowsOf }), { level: 9 });
  if (bytes.length > LIMIT)
    throw new Error(`It has ${bytes.length.toLocaleString('en')} bytes; ${LIMIT.toLocaleString('en')} may be shipped.`);
  await mkdir(dirname(shipped), { recursive: true });
  await writeFile(shipped, bytes);
  console.log(`Shipped: ${model}, ${date}, ${rest.input.task.rows.length} rows of ${rowsOf}; ${bytes.length.toLocaleString('en')} bytes.`);
} catch (error) {
  quit(error instanceof Error ? error.message : String(error));
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function quit(sentence) {
  console.error(sentence);
  process.exit(1);
}
