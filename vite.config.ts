import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Connect, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { openApiDocument } from './src/api/openapi.ts';
import { readWebhookUrl } from './src/api/webhook.ts';
import { refs } from './src/engines/catalogue.ts';
import { settingsFromEnv } from './src/promptwizard/settings.ts';
import { siteFromEnv } from './src/store/site.ts';
import { serveModels } from './tools/models.mjs';
import { CONTENT_SECURITY_POLICY } from './tools/policy.mjs';
import { root } from './tools/root.mjs';
import { ISOLATION } from './tools/serve.mjs';
import { hubModels, spaceReadme } from './tools/space-readme.mjs';
import { methodVersion } from './tools/version.mjs';

const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'version' | 'license', string>;

/**
 * The page's policy, in the built page only: the development server works with inline scripts. It stands behind the
 * charset, which browsers look for in the first 1,024 bytes, and before everything that loads.
 */
function policy(): Plugin {
  const charset = '<meta charset="utf-8" />';
  const meta = `<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}" />`;
  const handler = (html: string) => {
    if (!html.includes(charset)) throw new Error(`index.html must have ${charset}: the policy is put behind it.`);
    return html.replace(charset, `${charset}\n    ${meta}`);
  };
  return { name: 'policy', apply: 'build', transformIndexHtml: { order: 'post', handler } };
}

/** `dev` and `preview` serve models/ as `start` does. */
function models(): Plugin {
  const use = (server: { middlewares: Connect.Server }) => void server.middlewares.use('/models', serveModels(join(root, 'models')));
  return { name: 'models', configureServer: use, configurePreviewServer: use };
}

/** `build.json` tells what a build was made of. */
function stamp(settings: object, site: object, webhook: string): Plugin {
  const told = { version, settings, site, ...(webhook ? { webhook: new URL(webhook).origin } : {}) };
  const source = JSON.stringify(told, null, 2) + '\n';
  return {
    name: 'stamp',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'build.json', source });
    },
  };
}

/** Of the app's first screen, where it is there. */
const THUMBNAIL = 'screenshots/wide.png';

/** What the host of a static Space reads. */
function readme(): Plugin {
  const source = spaceReadme({
    models: hubModels(refs([])),
    license,
    space: process.env['HF_SPACE']?.trim(),
    thumbnail: existsSync(join(root, 'public', THUMBNAIL)) ? THUMBNAIL : null,
  });
  return {
    name: 'space-readme',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'README.md', source });
    },
  };
}

/** `api/openapi.json`: what the service worker answers, from the schemas that it checks by. */
function openApi(): Plugin {
  const source = JSON.stringify(openApiDocument(version), null, 2) + '\n';
  return {
    name: 'openapi',
    configureServer(server) {
      server.middlewares.use('/api/openapi.json', (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(source);
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'api/openapi.json', source });
    },
  };
}

/** `CONVEX_WEBHOOK_URL`; empty: none. One that cannot be used ends the build. */
function webhookFromEnv(): string {
  const given = process.env['CONVEX_WEBHOOK_URL']?.trim() ?? '';
  if (given === '') return '';
  try {
    return readWebhookUrl(given).href;
  } catch (error) {
    throw new Error(`CONVEX_WEBHOOK_URL: ${(error as Error).message} It is ${JSON.stringify(given.replace(/\?.*$/s, ''))}.`, {
      cause: error,
    });
  }
}

/** `sw.js`, with the list of the build's files in it. Those of engines are in the list too; it keeps them from their first use. */
function serviceWorker() {
  return VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/sw',
    filename: 'sw.ts',
    registerType: 'prompt',
    injectRegister: false,
    manifest: false,
    includeManifestIcons: false,
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: ['**/*.{html,js,css,svg,png,ico,webmanifest,wasm,gz,txt}', 'api/*.json'],
      globIgnores: ['screenshots/**', 'models/**', 'sw.js'],
      maximumFileSizeToCacheInBytes: 32 * 2 ** 20,
    },
  });
}

/** Engines by name, for the service worker; everything else by its own. */
const names = {
  chunkFileNames: ({ moduleIds }: { moduleIds: readonly string[] }) =>
    moduleIds.some((id) => id.includes('/@mlc-ai/web-llm/')) ? 'assets/engine-webllm-[hash].js' : 'assets/[name]-[hash].js',
  assetFileNames: ({ names }: { names: readonly string[] }) =>
    names.some((name) => /^wllama.*\.wasm$/.test(name)) ? 'assets/engine-wllama-[hash][extname]' : 'assets/[name]-[hash][extname]',
};

export default defineConfig(async () => {
  // A value out of its range ends the build here, with the name, the range and the value.
  const settings = settingsFromEnv(process.env);
  const site = siteFromEnv(process.env);
  const webhook = webhookFromEnv();
  return {
    root,
    base: './',
    plugins: [svelte(), policy(), models(), stamp(settings, site, webhook), readme(), openApi(), serviceWorker()],
    define: {
      __BUILD_SETTINGS__: JSON.stringify(settings),
      __SITE_SETTINGS__: JSON.stringify(site),
      __WEBHOOK_URL__: JSON.stringify(webhook),
      __APP_VERSION__: JSON.stringify(version),
      __METHOD_VERSION__: JSON.stringify(await methodVersion(root)),
    },
    worker: { format: 'es' as const, rolldownOptions: { output: names } },
    // They find their WebAssembly beside themselves.
    optimizeDeps: { exclude: ['@wllama/wllama', '@jitl/quickjs-wasmfile-release-sync'] },
    build: {
      target: 'es2023',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 8000,
      rolldownOptions: { checks: { pluginTimings: false }, output: names },
    },
    server: { host: '127.0.0.1', headers: ISOLATION, watch: { ignored: ['**/models/**', '**/dist/**', '**/test-results/**'] } },
    preview: { host: '127.0.0.1', headers: ISOLATION },
  };
});
