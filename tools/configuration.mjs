/** `node tools/configuration.mjs`: writes docs/configuration.md from the tables of settings; `--check` says whether it is current. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { runnerImport } from 'vite';
import { root } from './root.mjs';

const FILE = join(root, 'docs/configuration.md');

/**
 * One line of a table.
 * @typedef {object} Line
 * @property {string} name as the environment has it
 * @property {unknown} default null: none
 * @property {string} range in words
 * @property {string} help
 */

/** @returns {Promise<{ method: Line[], site: Line[] }>} */
async function readTables() {
  /** @type {<T>(path: string) => Promise<T>} */
  const read = async (path) => (await runnerImport(join(root, path), { configFile: false, logLevel: 'silent' })).module;
  /** @type {typeof import('../src/promptwizard/settings.ts')} */
  const method = await read('src/promptwizard/settings.ts');
  /** @type {typeof import('../src/store/site.ts')} */
  const site = await read('src/store/site.ts');
  return {
    method: method.SETTING_KEYS.map((key) => {
      const spec = method.SETTINGS[key];
      return { name: site.envName(key), default: spec.default, range: method.rangeOf(spec), help: spec.help };
    }),
    site: site.SITE_KEYS.map((key) => {
      const spec = site.SITE[key];
      return { name: site.envName(key), default: spec.default, range: site.siteRange(spec), help: spec.help };
    }),
  };
}

/** @param {Line[]} lines */
const table = (lines) =>
  [
    '| name | default | range | what it does |',
    '| --- | --- | --- | --- |',
    ...lines.map(
      (line) => `| \`${line.name}\` | ${line.default === null ? 'empty' : `\`${line.default}\``} | ${line.range} | ${line.help} |`,
    ),
  ].join('\n');

/** The whole page, as it should be. */
export async function configurationPage() {
  const { method, site } = await readTables();
  const text = `<!-- Written by \`node tools/configuration.mjs\` from src/promptwizard/settings.ts and src/store/site.ts: change those. -->

# Settings from the environment

A static page has no environment when it runs, so it takes its settings when it is built:

\`\`\`sh
MUTATE_REFINE_ITERATIONS=2 MAX_CONCURRENT=1 npm run build
\`\`\`

An unset or empty name leaves the default. A value out of its range ends the build with the name, the range and the value:

\`\`\`
MAX_CONCURRENT must be a whole number from 0 to 20; it is "21".
\`\`\`

\`dist/build.json\` tells what a build was given. Everybody who opens the page can read it: put no secret there.

## The method

Names and meaning are PromptWizard's. These are the page's defaults; a person may change them on the Settings page, for one run
in its form, and a caller in its request. The later one wins.

${table(method)}

## The site

Limits of the app and its choices. They hold for everybody who opens this build and cannot be changed in the page; \`MODEL\` is only
the first choice, and a person may take another.

${table(site)}

\`TIMEOUT\` ends a run for everybody; the \`timeout\` of a request is its caller's own and may be shorter. \`MEMORY_LIMIT\` also
refuses a model that a person brings, as soon as its size is known. Switching \`RESULT_CACHE\` off does not forget the answers of
single calls to the model: a run needs them to go on after a reload.

\`CONVEX_WEBHOOK_URL\` (empty: none) is an address that the page offers for its [webhook](api.md#the-webhook), of a Convex app or
any other; nothing is sent there before the person has allowed it under Settings. One that cannot be used ends the build. It is
compiled into the page's JavaScript as it is, with what stands behind a question mark, for everybody to read, though
\`dist/build.json\` names its origin only: put no key into it.

## Names that only the building uses

| name | what it does |
| --- | --- |
| \`HF_SPACE\` | \`owner/name\` of the static Space, so that its README can name the direct address and the picture; see [deploy.md](deploy.md) |
| \`PORT\` | port of \`npm start\`; else 4173, or the next free one |
| \`CHROMIUM\` | the browser that \`npm test\` and \`npm run lighthouse\` use |
`;
  return format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const page = await configurationPage();
  const current = (await readFile(FILE, 'utf8').catch(() => '')) === page;
  if (process.argv.includes('--check')) {
    console.log(current ? 'docs/configuration.md is current.' : 'docs/configuration.md is out of date: node tools/configuration.mjs');
    process.exitCode = current ? 0 : 1;
  } else {
    await writeFile(FILE, page);
    console.log(current ? 'docs/configuration.md was current.' : 'docs/configuration.md was written.');
  }
}
