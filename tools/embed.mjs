/** The client for other sites as a package, beside the app: `embed/`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { build } from 'vite';
import { root } from './root.mjs';

const room = join(root, 'src/embed');
/** Of the package's module, in bytes, minified. */
export const CLIENT_LIMIT = 5_000;
export const CLIENT = 'embed/promptevolver.js';

/**
 * The package's files by name.
 * @param {string} version the app's: client and app speak the same words
 * @returns {Promise<Record<string, string>>}
 */
export async function clientPackage(version) {
  const [client, types, about, readme] = await Promise.all(
    ['client.ts', 'types.ts', 'package/package.json', 'package/README.md'].map((name) => readFile(join(room, name), 'utf8')),
  );
  const { name, ...rest } = JSON.parse(about ?? '');
  return {
    'promptevolver.js': await bundle(),
    'promptevolver.d.ts': declarations('client.ts', client ?? ''),
    'types.d.ts': declarations('types.ts', types ?? ''),
    'package.json': JSON.stringify({ name, version, ...rest }, null, 2) + '\n',
    'README.md': readme ?? '',
  };
}

async function bundle() {
  const made = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      lib: { entry: join(room, 'client.ts'), formats: ['es'], fileName: 'promptevolver' },
      // A library is not made small by itself: whoever bundles it may do so, but most will take it as it is.
      rolldownOptions: { output: { minify: true } },
    },
  });
  const [output] = [made].flat();
  if (!output || !('output' in output)) throw new Error('The client for other sites was not built.');
  return output.output[0].code;
}

/**
 * @param {string} fileName
 * @param {string} code
 */
function declarations(fileName, code) {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(code, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, isolatedDeclarations: true, declaration: true },
  });
  const [first] = diagnostics;
  if (first) throw new Error(`${fileName}: ${ts.flattenDiagnosticMessageText(first.messageText, ' ')}`);
  return outputText.replaceAll('.ts"', '.js"').replaceAll(".ts'", ".js'");
}

/**
 * @param {string} version
 * @returns {import('vite').Plugin}
 */
export function embedClient(version) {
  return {
    name: 'embed-client',
    apply: 'build',
    async generateBundle() {
      for (const [name, source] of Object.entries(await clientPackage(version)))
        this.emitFile({ type: 'asset', fileName: `embed/${name}`, source });
    },
  };
}
