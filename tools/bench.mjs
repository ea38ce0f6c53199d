/** `npm run bench`: runs tests/bench/run.ts, with what follows `--` as its arguments. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './root.mjs';

const file = join(root, 'tests/bench/run.ts');
if (!existsSync(file)) {
  console.error('There is no bench yet: tests/bench/run.ts is missing.');
  process.exit(1);
}
// As if Node had been called with the file.
process.argv[1] = file;
await runnerImport(file, { root, configFile: false, logLevel: 'warn' });
