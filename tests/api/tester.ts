/** Runs schemathesis against the built app: see tools/test-api.mjs. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApi, takeModel } from '../browser/api/openApi.ts';
import { openBridge } from './bridge.ts';

const VERSION = '4.32.5';

const folder = await mkdtemp(join(tmpdir(), 'tester-'));
/**
 * What the tester takes is narrower than its own idea everywhere, and wider only where the document says why: a body may be too
 * long (413), or right by JSON Schema and wrong all the same (400 and 422: a pattern that does not parse, a label's synonym
 * that is another label); a caller's own time may be too short (504), also of a run that is asked after. 500 and 503 never:
 * a window with a model is open. DELETE stops a run that goes on and leaves it, stopped, where it was.
 */
const SETTINGS = `
[checks]
negative_data_rejection.expected-statuses = ["405", "406"]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx"]
positive_data_acceptance.expected-statuses = ["2xx"]

[[operations]]
include-name = "POST /api/v1/optimize"
checks.negative_data_rejection.expected-statuses = ["400", "405", "406", "413", "415", "422", "429"]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "504"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "413", "422", "429", "499", "504"]

[[operations]]
include-name = "GET /api/v1/runs/{id}"
checks.negative_data_rejection.expected-statuses = ["404", "405", "406"]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "504"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "404", "413", "422", "504"]
checks.use_after_free.enabled = false

[[operations]]
include-name = "DELETE /api/v1/runs/{id}"
checks.negative_data_rejection.expected-statuses = ["404", "405", "406"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "404"]
`;
await writeFile(join(folder, 'schemathesis.toml'), SETTINGS);
const tester = process.env['SCHEMATHESIS'] ?? (await install());
const app = await openApi();
const page = await app.open(await app.context());
await takeModel(page);
const bridge = await openBridge(page);
const code = await run(tester, [
  'run',
  resolve('dist/api/openapi.json'),
  '--url',
  bridge.url,
  '--seed',
  '1',
  '--request-timeout',
  '120',
  '--generation-database',
  'none',
  '--no-color',
  ...process.argv.slice(2),
]);
await bridge.close();
await app.close();
await rm(folder, { recursive: true, force: true });
console.log('\nAnswers:');
for (const [key, count] of [...bridge.counts].sort()) console.log(`  ${String(count).padStart(6)}  ${key}`);
process.exitCode = code;

async function install(): Promise<string> {
  console.log(`Installing schemathesis ${VERSION} for this run…`);
  if ((await run('python3', ['-m', 'venv', folder])) !== 0)
    throw new Error('python3 -m venv failed. Install Python 3 with venv, or set SCHEMATHESIS to a schemathesis.');
  if ((await run(join(folder, 'bin/pip'), ['install', '-q', `schemathesis==${VERSION}`])) !== 0)
    throw new Error('schemathesis could not be installed.');
  return join(folder, 'bin/schemathesis');
}

function run(command: string, args: string[]): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: folder, stdio: 'inherit' });
    child.on('error', fail);
    child.on('close', (status) => done(status ?? 1));
  });
}
