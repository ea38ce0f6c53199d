/** The double of the host in a process of its own, to be killed: `node serve.mjs DIST PATH=FILE…` prints its address. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [dist = '', ...more] = process.argv.slice(2);
const { module } = await runnerImport(fileURLToPath(new URL('./host.ts', import.meta.url)), { configFile: false, logLevel: 'error' });
const host = await module.openHost(dist, Object.fromEntries(more.map((one) => one.split('='))));
console.log(`address ${host.url}`);
