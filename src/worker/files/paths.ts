/** Names of files that come from outside. Pure. */

/** Why a path within a folder or zip cannot be used, in a sentence's part; null: it can. */
export function pathProblem(path: string): string | null {
  const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  if (path === '' || path.length > 1000) return 'a file in it has no name, or one too long';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\\:]/.test(path)) return `“${shown}” in it has signs that no file of a model has`;
  const parts = path.split('/');
  if (path.startsWith('/') || parts.some((part) => part === '..' || part === '.' || part === ''))
    return `“${shown}” in it leads out of its folder`;
  return null;
}

/** What systems put beside the files of a person. */
export const isStray = (path: string): boolean =>
  path.split('/').some((part) => /^\.[^./]|^(__MACOSX|thumbs\.db|desktop\.ini|icon\r)$/i.test(part));

/** A name for a folder or file, of signs that every system takes. */
export const safeName = (title: string): string =>
  title
    .replace(/[^\w.-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 100) || 'model';
