/** A folder for the pages that test files build, so that files of one page share its build. Gone when the tests end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pages-'));
  process.env['BUILT_PAGES'] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
