/** Model references compared, made from addresses, and named. Pure. */
import type { ModelRef } from '../../engines/engine.ts';
import { deriveSeed } from '../../promptwizard/random.ts';

/** The same files, wherever the two objects came from. */
export function sameRef(a: ModelRef, b: ModelRef): boolean {
  if (a.engine !== b.engine || a.id !== b.id) return false;
  if (a.engine === 'webllm' && b.engine === 'webllm')
    return ('weightsUrl' in a ? a.weightsUrl + ' ' + a.libraryUrl : '') === ('weightsUrl' in b ? b.weightsUrl + ' ' + b.libraryUrl : '');
  const place = (ref: ModelRef) => ('url' in ref ? ref.url : 'file' in ref ? 'file:' + ref.file : '');
  return place(a) === place(b);
}

export type AddressProblem = { problem: string };

const absolute = (text: string): URL | null => {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
};
const ADDRESS = 'Please give a whole address, beginning with https://.';
const BAD_SIGN = 'The address has a % that stands for no letter. Please copy it again, whole.';

/** null: a % that cannot be read. */
const decoded = (text: string): string | null => {
  try {
    return decodeURI(text);
  } catch {
    return null;
  }
};

/** Runs and stored replies are told apart by the model's id, and many models lie under the same file name. */
export const unique = (name: string, ...addresses: string[]): string =>
  `${name}#${deriveSeed(0, ...addresses)
    .toString(16)
    .padStart(8, '0')}`;

const lastPart = (url: URL): string => url.pathname.split('/').at(-1) ?? '';
const withoutEnding = (name: string): string => name.replace(/\.gguf$/i, '');
/** The folder that names the model; hubs put `resolve/main` behind it. */
const folderOf = (url: URL): string =>
  url.pathname
    .split('/')
    .filter((part) => part && !['resolve', 'main'].includes(part))
    .at(-1) ?? url.host;

/** A GGUF by address, as typed. */
export function ggufRef(address: string): ModelRef | AddressProblem {
  const url = absolute(address);
  if (!url) return { problem: ADDRESS };
  const name = decoded(lastPart(url));
  if (name === null) return { problem: BAD_SIGN };
  if (!/\.gguf$/i.test(name)) return { problem: 'The address must end in .gguf: it is that one file which is loaded.' };
  const title = withoutEnding(name);
  return { engine: 'wllama', id: unique(title, url.href), url: url.href, title };
}

/** MLC weights and library by address, as typed. */
export function mlcRef(weights: string, library: string): ModelRef | AddressProblem {
  const [weightsUrl, libraryUrl] = [absolute(weights), absolute(library)];
  if (!weightsUrl || !libraryUrl) return { problem: ADDRESS };
  if (!/\.wasm$/i.test(libraryUrl.pathname)) return { problem: 'The library’s address must end in .wasm.' };
  const name = decoded(folderOf(weightsUrl));
  if (name === null || decoded(libraryUrl.pathname) === null) return { problem: BAD_SIGN };
  return {
    engine: 'webllm',
    id: unique(name, weightsUrl.href, libraryUrl.href),
    weightsUrl: weightsUrl.href,
    libraryUrl: libraryUrl.href,
    title: name,
  };
}

/** What a model is called: its title, else its id without the mark that makes it unique. */
export const refTitle = ({ id, title }: ModelRef): string => title ?? id.replace(/#[0-9a-f]{8}$/, '');

/** A dropped file's name as a title. */
export const fileTitle = (name: string): string => withoutEnding(name);
