/**
 * `npm run bench:models`: the method on a real model behind a server, on files of rows. What was asked once is answered
 * from the cache, what was run once stays on file; killed and started again it goes on where it was.
 */
import { join } from 'node:path';
import { root } from '../../../tools/root.mjs';
import { methodVersion } from '../../../tools/version.mjs';
import { apiBase } from '../../../src/engines/openai/address.ts';
import { createOpenAiEngine } from '../../../src/engines/openai/index.ts';
import { CallCache } from './callCache.ts';
import { cachedLlm } from './cachedLlm.ts';
import { inputFor, oneRun } from './oneRun.ts';
import { readOptions, type Options } from './options.ts';
import { readRun, runFile, writeRun, type ServerFacts } from './storedRun.ts';
import { readTaskFile } from './taskFile.ts';
import { writeRecording } from './writeRecording.ts';
import { writeTable } from './writeTable.ts';

/** What the page has with most models; the method's budgets follow it. */
const MOST_CONTEXT = 4096;

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

try {
  const options = readOptions(process.argv.slice(2), root);
  const method = await methodVersion(root, ['src/promptwizard']);
  if (options.keep) {
    const cache = await openCache(options.out, options.model!);
    say(`${cache.size} replies kept: ${(await cache.keep(keptFile(options.model!))).toLocaleString('en')} bytes.`);
  } else if (options.recording) say(await record(options, options.recording, method));
  else {
    if (!options.tableOnly) await runAll(options, options.server!, method);
    say(await writeTable({ ...options, method, file: join(root, 'docs/proof.md') }));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function keptFile(model: string): string {
  return join(root, 'tests/fixtures/bench', `${model}.calls.gz`);
}
function openCache(out: string, model: string): Promise<CallCache> {
  return CallCache.open(join(out, model, 'calls.jsonl'), keptFile(model));
}

async function record(options: Options, file: string, method: string): Promise<string> {
  const folder = join(options.out, options.model!);
  const [task] = await Promise.all(options.tasks.slice(0, 1).map((name) => readTaskFile(options.data, name)));
  const input = inputFor(task!, options.plan, options.seeds[0]!, options.maxTokens, { id: options.model!, title: options.model!, contextSize: MOST_CONTEXT }); // prettier-ignore
  const cache = await openCache(options.out, options.model!);
  if (options.server) {
    const engine = await loadedEngine(options, options.server);
    const given = { ...input, task: { ...input.task, rows: input.task.rows.slice(0, options.rows ?? undefined) } };
    const run = await oneRun(task!, given, cachedLlm(engine.engine, options.model!, cache), console.log, false);
    if (run.error) throw new Error(run.error);
    return writeRecording({ input: given, events: run.events, finished: new Date().toISOString() }, cache, file);
  }
  const run = await readRun(runFile(folder, { task: task!.name, input, method }));
  if (!run) throw new Error('This run is not stored, or was made by another version of the method.');
  return writeRecording(run, cache, file);
}

async function loadedEngine(options: Options, server: string) {
  const key = process.env['BENCH_API_KEY'];
  const engine = createOpenAiEngine(key ? { key } : {});
  const ref = { engine: 'openai', id: options.model ?? '', url: server, ...(options.model ? { model: options.model } : {}) } as const;
  const loaded = await engine.load(ref, ({ text }) => say(text), new AbortController().signal);
  return { engine, loaded };
}

async function runAll(options: Options, server: string, method: string): Promise<void> {
  const { engine, loaded } = await loadedEngine(options, server);
  const { title, prefillPerSecond, decodePerSecond } = loaded;
  const contextSize = Math.min(loaded.contextSize, MOST_CONTEXT);
  const facts: ServerFacts = { ...(await aboutServer(server)), contextSize, prefillPerSecond, decodePerSecond };
  const folder = join(options.out, title);
  const cache = await openCache(options.out, title);
  say(`${title}, ${decodePerSecond.toFixed(0)} tokens a second; method ${method}; ${cache.size} replies in ${folder}`);
  const llm = cachedLlm(engine, title, cache);
  const tasks = await Promise.all(options.tasks.map((name) => readTaskFile(options.data, name)));
  // Seed by seed, so that a bench that is cut short has something of every task.
  const queue = options.seeds.flatMap((seed) => tasks.map((task) => ({ seed, task })));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { seed, task } = next;
      const input = inputFor(task, options.plan, seed, options.maxTokens, { id: title, title, contextSize });
      const file = runFile(folder, { task: task.name, input, method });
      if ((await readRun(file))?.outcome) {
        say(`${task.name} ${options.plan} ${seed}: on file`);
        continue;
      }
      const run = await oneRun(task, input, llm);
      const finished = new Date().toISOString();
      await writeRun(file, { version: 1, task: task.name, method, finished, server: facts, jobs: options.jobs, input, ...run });
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
}

/** llama.cpp tells its build and its slots; another server is only known by its address. */
async function aboutServer(server: string): Promise<{ engine: string; slots: number | null }> {
  try {
    const response = await fetch(`${apiBase(server).replace(/\/v1$/, '')}/props`);
    const { build_info: build, total_slots: slots } = (await response.json()) as { build_info?: string; total_slots?: number };
    return { engine: `llama.cpp${build ? ` ${build}` : ''}`, slots: slots ?? null };
  } catch {
    return { engine: 'OpenAI-compatible server', slots: null };
  }
}
