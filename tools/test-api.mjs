/**
 * `npm run test:api`: runs tests/api/tester.ts: schemathesis, a tester that reads the OpenAPI document, against the built
 * app in a browser. Not part of `npm test`: it needs Python and its package index, and takes minutes. What follows `--`
 * goes to schemathesis.
 */
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { buildIfNeeded } from './build.mjs';
import { root } from './root.mjs';

if (await buildIfNeeded()) console.log('Built the app.');
const file = join(root, 'tests/api/tester.ts');
process.argv[1] = file;
await runnerImport(file, { root, configFile: false, logLevel: 'warn' });
