/**
 * `node tools/mirror.mjs [FOLDER]`: makes a folder of models ready for any web server. Writes its index.json, and lays the
 * files of MLC folders where the page asks for them. Run it again after every change; without FOLDER it takes models/.
 */
import { copyFile, link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listModels } from './models.mjs';
import { root } from './root.mjs';

/**
 * @param {string} folder
 * @returns {Promise<{ models: import('./models.mjs').ServedModel[], notes: string[] }>}
 */
export async function writeMirror(folder) {
  const list = await listModels(folder);
  for (const { kind, file } of list.models) if (kind === 'mlc') await layOut(folder, decodeURIComponent(file));
  await writeFile(join(folder, 'index.json'), JSON.stringify(list.models, null, 2) + '\n');
  return list;
}

/**
 * The same files a second time under the address of their version; as links where the disk can, so that they take no room.
 * @param {string} folder
 * @param {string} place `name/resolve/v-1a2b3c4d/`
 */
async function layOut(folder, place) {
  const [name = ''] = place.split('/');
  await rm(join(folder, name, 'resolve'), { recursive: true, force: true });
  await mkdir(join(folder, place), { recursive: true });
  for (const file of await readdir(join(folder, name))) {
    const from = join(folder, name, file);
    const to = join(folder, place, file);
    if ((await stat(from)).isFile()) await link(from, to).catch(() => copyFile(from, to));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = resolve(process.argv[2] ?? join(root, 'models'));
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    console.error(`${folder} is no folder. Put models there first, or name another: node tools/mirror.mjs FOLDER`);
    process.exit(1);
  }
  const { models, notes } = await writeMirror(folder);
  for (const note of notes) console.log(note);
  for (const { title, bytes } of models) console.log(`  ${title} (${Math.round(bytes / 1e6)} MB)`);
  console.log(`${join(folder, 'index.json')} lists ${models.length} ${models.length === 1 ? 'model' : 'models'}.`);
}
