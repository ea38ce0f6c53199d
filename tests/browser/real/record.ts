/**
 * Records one real run of a plan with every step, for the tests to replay: `npm run record -- PLAN ROWS MAX_TOKENS SEED
 * PROMPT`. Without rows the model makes them; with a prompt that asks for writing the task is an open one.
 * Takes some half an hour on two cores; writes tests/fixtures/recorded/<model>-<plan>.json.gz.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readGgufHeader } from '../../../src/engines/wllama/gguf-header.ts';
import { createTokenCounter } from '../../../src/engines/wllama/token-counter.ts';
import type { Recording } from '../../../src/formats/recording.ts';
import { textKey } from '../../promptwizard/recording.ts';
import { replay } from '../../promptwizard/replay.ts';
import { openApp, readStored, startRun } from './app.ts';

const [plan = 'thorough', rows = '24', cap = '96', seed = '11', prompt = 'Answer the question.'] = process.argv.slice(2);
const kind = prompt === 'Answer the question.' ? (rows === '0' ? '-no-rows' : '') : '-open';
const root = resolve(import.meta.dirname, '../../..');
const model = process.env['SMALL_MODEL'] ?? join(root, 'models/SmolLM2-135M-Instruct.Q4_1.gguf');

const app = await openApp(dirname(model));
try {
  const run = await startRun(app, {
    prompt,
    rows: Number(rows),
    plan,
    settings: { 'Longest reply': cap, Seed: seed },
    // Without rows nothing else says what kind of answer is wanted, and a model of this size says anything.
    ...(rows === '0' && prompt === 'Answer the question.' ? { judge: 'number' } : {}),
  });
  for (let shown = -1; ; await app.page.waitForTimeout(5_000)) {
    const { run: record, events } = await readStored(app.page, run);
    const calls = events.filter((e) => e.event.type === 'call').length;
    if (calls !== shown) console.log(`${new Date().toISOString()} ${calls} calls`);
    shown = calls;
    if (record.status === 'done') break;
    if (record.status === 'failed' || record.status === 'interrupted') throw new Error(record.error);
  }
  const stored = await readStored(app.page, run);
  const hashes = new Set(stored.events.flatMap(({ event }) => (event.type === 'call' ? [event.hash] : [])));
  const count = createTokenCounter((await readGgufHeader(new Blob([await readFile(model)]), 'the small model')).tokenizer);
  const recording: Recording = {
    version: 1,
    model: stored.run.input.model.title,
    date: new Date(stored.run.createdAt).toISOString().slice(0, 10),
    input: stored.run.input,
    events: stored.events.map((e) => e.event),
    replies: stored.calls.filter((c) => hashes.has(c.hash)).map((c) => c.reply),
    reviewed: {},
    tokens: {},
  };
  const events = await replay(recording, (text) => (recording.tokens[textKey(text)] = count(text)));
  if (JSON.stringify(events) !== JSON.stringify(recording.events)) throw new Error('The recorded run does not replay to the same events.');
  const file = join(root, `tests/fixtures/recorded/smollm2-135m-${plan}${kind}.json.gz`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, gzipSync(JSON.stringify(recording), { level: 9 }));
  console.log(`Written: ${file}, ${recording.replies.length} replies, ${recording.events.length} events.`);
} finally {
  await app.close();
}
