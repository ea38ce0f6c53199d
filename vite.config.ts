import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Connect, type Plugin } from 'vite';
import { openApiDocument } from './src/api/openapi.ts';
import { readWebhookUrl } from './src/api/webhook.ts';
import { refs } from './src/engines/catalogue.ts';
import { settingsFromEnv } from './src/promptwizard/settings.ts';
import { siteFromEnv, siteSettings } from './src/store/site.ts';
import { embedClient } from './tools/embed.mjs';
import { serveModels } from './tools/models.mjs';
import { CONTENT_SECURITY_POLICY } from './tools/policy.mjs';
import { serviceWorker } from './tools/pwa.mjs';
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
function openApi(mostWaiting: number): Plugin {
  const source = JSON.stringify(openApiDocument(version, mostWaiting), null, 2) + '\n';
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

export default defineConfig(async () => {
  // A value out of its range ends the build here, with the name, the range and the value.
  const settings = settingsFromEnv(process.env);
  const site = siteFromEnv(process.env);
  const { plugins, workerPlugins } = serviceWorker();
  const webhook = webhookFromEnv();
  return {
    root,
    base: './',
    plugins: [
      svelte(),
      policy(),
      models(),
      stamp(settings, site, webhook),
      readme(),
      openApi(siteSettings(site).maxConcurrent),
      embedClient(version),
      ...plugins,
    ],
    define: {
      __BUILD_SETTINGS__: JSON.stringify(settings),
      __SITE_SETTINGS__: JSON.stringify(site),
      __WEBHOOK_URL__: JSON.stringify(webhook),
      __APP_VERSION__: JSON.stringify(version),
      __POLICY__: JSON.stringify(CONTENT_SECURITY_POLICY),
      __METHOD_VERSION__: JSON.stringify(await methodVersion(root)),
    },
    worker: { format: 'es' as const, plugins: workerPlugins },
    // They find their WebAssembly beside themselves.
    optimizeDeps: { exclude: ['@wllama/wllama', '@jitl/quickjs-wasmfile-release-sync'] },
    build: {
      target: 'es2023',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 8000,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
    server: { host: '127.0.0.1', headers: ISOLATION, watch: { ignored: ['**/models/**', '**/dist/**', '**/test-results/**'] } },
    preview: { host: '127.0.0.1', headers: ISOLATION },
  };
});
