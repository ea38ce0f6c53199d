/** The service worker's build: which files it keeps, and what it knows of each. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VitePWA } from 'vite-plugin-pwa';
import { root } from './root.mjs';

/** Raw bytes of all that is kept at the first visit: everything but the engines' code. */
export const PRECACHE_LIMIT = 2_000_000;

/** The engines whose code waits until a person takes a model, by their packages. */
const ENGINES = { webllm: '/node_modules/@mlc-ai/web-llm/', wllama: '/node_modules/@wllama/wllama/' };

/** For people who look at the files, shops of apps, and other sites: the page never asks for them. */
const NOT_KEPT = ['README.md', 'screenshots/**', 'models/**', 'embed/**', 'sw.js'];

/** @typedef {import('vite').Plugin} Plugin */

/**
 * @returns {{ plugins: Plugin[], workerPlugins: () => Plugin[] }} `workerPlugins` see which of the workers' files hold an
 *   engine's package
 */
export function serviceWorker() {
  /** By name of the file, as the build has it. @type {Map<string, string>} */
  const engineOf = new Map();
  let outDir = join(root, 'dist');

  /** @type {Plugin} */
  const finder = {
    name: 'engine-files',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const sources = file.type === 'chunk' ? file.moduleIds : file.originalFileNames.map((name) => `/${name}`);
        for (const [engine, folder] of Object.entries(ENGINES))
          // With a question mark it is the address of a file; what names it is ours, small, and kept with the page.
          if (sources.some((name) => !name.includes('?') && name.replaceAll('\\', '/').includes(folder)))
            engineOf.set(file.fileName, engine);
      }
    },
  };
  /** @type {Plugin} */
  const place = { name: 'built-where', configResolved: (config) => void (outDir = resolve(config.root, config.build.outDir)) };

  const pwa = VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/sw',
    filename: 'sw.ts',
    registerType: 'prompt',
    injectRegister: null,
    // public/manifest.webmanifest
    manifest: false,
    includeManifestIcons: false,
    // What it is made of was told with the page.
    integration: { configureCustomSWViteBuild: (config) => void (config.logLevel = 'warn') },
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: ['**/*'],
      globIgnores: NOT_KEPT,
      dontCacheBustURLsMatching: /^assets\//,
      maximumFileSizeToCacheInBytes: 50_000_000,
      manifestTransforms: [
        async (entries) => {
          for (const engine of Object.keys(ENGINES))
            if (![...engineOf.values()].includes(engine)) throw new Error(`No file of the engine ${engine} was found in the build.`);
          const page = await readFile(join(outDir, 'index.html'), 'utf8');
          const manifest = entries
            .map(({ url, revision, size }) => ({
              url,
              revision,
              size,
              bytes: size,
              ...(engineOf.has(url) ? { engine: engineOf.get(url) } : {}),
              // A host may write into the page that it serves, and a deploy may fall into an install: this one goes with its worker.
              ...(url === 'index.html' ? { text: page } : {}),
            }))
            .sort((a, b) => (a.url < b.url ? -1 : 1));
          return { manifest, warnings: [] };
        },
      ],
    },
  });
  return { plugins: [place, finder, ...pwa], workerPlugins: () => [finder] };
}
