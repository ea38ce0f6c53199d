/** The real worker but for its engine: a double that the prompt tells how to misbehave. */
import { expose } from 'comlink';
import { EngineError } from '../../../src/engines/errors.ts';
import { optimize } from '../../../src/promptwizard/optimize.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { connectStore } from '../../../src/store/connection.ts';
import { createFilesApi } from '../../../src/worker/files/filesApi.ts';
import { createOptimizerApi } from '../../../src/worker/optimizerApi.ts';
import { countingMethod } from '../../worker/doubles/countingMethod.ts';
import { ScriptedEngine } from '../../worker/doubles/ScriptedEngine.ts';

/** How many workers this page had before. */
const generation = Number(self.name);

/** Text that the browser's storage cannot make smaller. */
function noise(length: number): string {
  let text = '';
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text;
}

const engine = new ScriptedEngine((request, call) => {
  const text = request.messages[0]!.content;
  if (call === 1 && text.includes('HANG ONCE') && generation === 0) for (;;);
  if (call === 1 && text.includes('LOSE ONCE') && generation === 0) return new EngineError('device-lost', 'The graphics card was lost.');
  if (text.includes('LOSE ALWAYS')) return new EngineError('device-lost', 'The graphics card was lost.');
  const long = text.includes('LARGE') ? noise(600_000) : '';
  const wait = text.includes('SLOW') ? 150 : 1;
  return new Promise((resolve) => setTimeout(() => resolve(`reply to ${text}${long}`), wait));
});
const load = engine.load.bind(engine);
engine.load = (ref, ...others) => {
  if (ref.id === 'broken') return Promise.reject(new EngineError('self-test-failed', 'It answered nonsense.'));
  if (ref.id === 'stuck') for (;;);
  return load(ref, ...others);
};

expose(
  createOptimizerApi({
    connection: connectStore(),
    locks: navigator.locks,
    app: 'test',
    engines: { wllama: async () => engine, webllm: async () => engine },
    sandbox: createSandbox(),
    // With a metric the real method runs, to its end.
    optimize: async () => (input, llm, deps) => (input.task.metric ? optimize : countingMethod({ calls: 6 }))(input, llm, deps),
    device: () => Promise.reject(new Error('not part of this test')),
    here: async () => false,
    importFile: () => Promise.reject(new Error('not part of this test')),
    listServer: () => Promise.reject(new Error('not part of this test')),
    remove: async () => {},
    files: createFilesApi(),
    pollMs: 100,
  }),
);
