/** The README.md of the built page: a static Space of Hugging Face reads its front matter; a person reads the rest. */

const COLOURS = ['red', 'yellow', 'green', 'blue', 'indigo', 'purple', 'pink', 'gray'];
const LONGEST_DESCRIPTION = 60;

/** What the host shows of the Space. */
export const SPACE = {
  title: 'PromptEvolver',
  emoji: '🧬',
  colorFrom: 'blue',
  colorTo: 'green',
  short_description: 'Better prompts, measured on your own machine',
  tags: ['prompt-engineering', 'prompt-optimization', 'promptwizard', 'webgpu', 'webllm', 'wllama', 'offline', 'pwa'],
};

/**
 * The models of the catalogue as the hub names them, each once.
 * @param {{ engine: string, id: string, url?: string }[]} refs
 * @returns {string[]} `owner/name`
 */
export function hubModels(refs) {
  const names = refs.map(({ engine, id, url }) => {
    if (engine === 'webllm') return `mlc-ai/${id}`;
    return /^https:\/\/huggingface\.co\/([^/]+\/[^/]+)\/resolve\//.exec(url ?? '')?.[1] ?? '';
  });
  return [...new Set(names)].filter((name) => name !== '');
}

/**
 * @param {object} options
 * @param {string[]} options.models `owner/name`
 * @param {string} options.license as package.json names it
 * @param {string} [options.space] `owner/name`, where it is known: only then can an address of its own be written
 * @param {string | null} [options.thumbnail] path of an image in the build
 * @param {Partial<typeof SPACE>} [options.change] in place of what stands above
 * @returns {string}
 * @throws {Error} naming what the host would refuse
 */
export function spaceReadme({ models, license, space = '', thumbnail = null, change = {} }) {
  const shown = { ...SPACE, ...change };
  for (const name of /** @type {const} */ (['colorFrom', 'colorTo'])) {
    if (!COLOURS.includes(shown[name])) throw new Error(`${name} must be one of ${COLOURS.join(', ')}; it is "${shown[name]}".`);
  }
  const { length } = shown.short_description;
  if (length > LONGEST_DESCRIPTION || length === 0)
    throw new Error(
      `short_description must have 1 to ${LONGEST_DESCRIPTION} characters; it has ${length}: "${shown.short_description}". Shorten it in tools/space-readme.mjs.`,
    );
  if (space !== '' && !/^[\w.-]+\/[\w.-]+$/.test(space))
    throw new Error(`HF_SPACE must be the Space's owner and name, as in owner/name; it is "${space}".`);

  const fields = {
    ...shown,
    sdk: 'static',
    app_file: 'index.html',
    header: 'mini',
    pinned: false,
    license: license.toLowerCase(),
    models,
    ...(space !== '' && thumbnail !== null ? { thumbnail: `https://huggingface.co/spaces/${space}/resolve/main/${thumbnail}` } : {}),
  };
  return ['---', ...Object.entries(fields).map(yaml), '---', '', body(space)].join('\n');
}

/**
 * A text in JSON's quotes is the same text in YAML's.
 * @param {[string, string | boolean | string[]]} field
 */
function yaml([name, value]) {
  if (Array.isArray(value)) return [`${name}:`, ...value.map((one) => `  - ${JSON.stringify(one)}`)].join('\n');
  return `${name}: ${JSON.stringify(value)}`;
}

/** @param {string} space */
function body(space) {
  // The host's own form of the address: every other character becomes a hyphen.
  const direct = `https://${space.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.static.hf.space`;
  return `# PromptEvolver

Type a prompt. A language model inside your browser tries to improve it, and the page shows by measurement whether it did.

- The model runs on your own machine: on the graphics card through WebGPU, or on the processor. It is downloaded once, after
  you agreed to its size.
- The new prompt is compared with yours on rows that the search never saw. If it is not reliably better, you keep yours, and
  the page says so.
- No server, no account, no key is needed. What you type stays in your browser, unless you connect a server of your own, have
  results sent to an address of yours, or allow another site to ask for runs.
${space === '' ? '' : `\nFor the whole app (to install it, to work offline, to use more than one thread) open it directly: <${direct}>\n`}
The method follows PromptWizard ([arXiv 2405.18369](https://arxiv.org/abs/2405.18369)).

The files here are built from the sources by \`npm run build\`; changes made here are lost with the next upload.
`;
}
