/** The imports of source files, read with TypeScript's own parser; of Svelte files, those of their scripts. */
import ts from 'typescript';

export interface Import {
  /** As written: `../engines/engine.ts`, `comlink`, `./x.wasm?url`. */
  name: string;
  /**
   * `type`: gone after compilation. `dynamic`: `import()`. `address`: `new URL(…, import.meta.url)`, as for a worker.
   * `static`: all others.
   */
  kind: 'static' | 'type' | 'dynamic' | 'address';
}

export function importsOf(path: string, text: string): Import[] {
  if (!path.endsWith('.svelte')) return importsOfScript(path, text);
  return [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)]
    .map((match) => match[1]!)
    .concat(markupImports(text))
    .flatMap((script) => importsOfScript(path + '.ts', script));
}

/** `import()` in the markup, as in `{#await import('./x.svelte')}`. */
const markupImports = (text: string): string[] =>
  [...text.replace(/<script\b[\s\S]*?<\/script>/g, '').matchAll(/\bimport\(\s*['"][^'"]+['"]\s*\)/g)].map((match) => match[0]);

function importsOfScript(path: string, text: string): Import[] {
  const found: Import[] = [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const add = (node: ts.Node | undefined, kind: Import['kind']) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ name: node.text, kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // `import { type A }` stays in the code as an import without names: only `import type` is gone.
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'static');
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static');
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, 'type');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic');
    } else if (
      ts.isNewExpression(node) &&
      node.expression.getText(source) === 'URL' &&
      node.arguments?.[1]?.getText(source) === 'import.meta.url'
    ) {
      add(node.arguments[0], 'address');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
