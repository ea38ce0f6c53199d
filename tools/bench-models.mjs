/** `npm run bench:models`: runs tests/bench/models/main.ts, with what follows `--` as its arguments. */
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './root.mjs';

const file = join(root, 'tests/bench/models/main.ts');
process.argv[1] = file;
await runnerImport(file, { root, configFile: false, logLevel: 'warn' });
