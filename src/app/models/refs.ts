/** Model references compared and named. Pure. */
import type { ModelRef } from '../../engines/engine.ts';

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

/** A GGUF by address, as typed. */
export function ggufRef(address: string): ModelRef | AddressProblem {
  const url = absolute(address);
  if (!url) return { problem: ADDRESS };
  const name = decodeURI(url.pathname.split('/').at(-1) ?? '');
  if (!/\.gguf$/i.test(name)) return { problem: 'The address must end in .gguf: it is that one file which is loaded.' };
  return { engine: 'wllama', id: name.replace(/\.gguf$/i, ''), url: url.href };
}

/** MLC weights and library by address, as typed. */
export function mlcRef(weights: string, library: string): ModelRef | AddressProblem {
  const [weightsUrl, libraryUrl] = [absolute(weights), absolute(library)];
  if (!weightsUrl || !libraryUrl) return { problem: ADDRESS };
  if (!/\.wasm$/i.test(libraryUrl.pathname)) return { problem: 'The library’s address must end in .wasm.' };
  const parts = weightsUrl.pathname.split('/').filter((part) => part && !['resolve', 'main'].includes(part));
  return { engine: 'webllm', id: parts.at(-1) ?? weightsUrl.host, weightsUrl: weightsUrl.href, libraryUrl: libraryUrl.href };
}
