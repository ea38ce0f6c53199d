/** The files of models in words. Pure. */
import type { CheckReport, StoredModel } from '../../../worker/protocol.ts';
import { bytes, plural } from '../../figures.ts';

/** `47 files · 2.3 GB`. */
export const sizeWords = ({ files, bytes: n }: Pick<StoredModel, 'files' | 'bytes'>): string =>
  `${plural(files.length, 'file')} · ${bytes(n)}`;

/** What a piece is that no model of the page's list owns. */
export function leftWords({ kind }: StoredModel): string {
  switch (kind) {
    case 'library':
      return 'Compiled code of a model that is not on the list any more.';
    case 'part':
      return 'A part of a download that was broken off.';
    case 'gguf':
    case 'mlc':
      return 'Files of a model that is not on the list any more.';
  }
}

export function checkWords({ files, bytes: n, by, faults }: CheckReport): string {
  if (faults.length > 0)
    return `Not in order: ${faults.slice(0, 3).join(' ')}${faults.length > 3 ? ` And ${plural(faults.length - 3, 'more fault')}.` : ''}`;
  return `In order: ${plural(files, 'file')}, ${bytes(n)}, checked by ${by === 'hashes' ? 'hash and size' : 'size'}.`;
}

/** `Checking Qwen3 4B · 0.6 GB of 2.3 GB`. */
export const workWords = (what: string, done: number, total: number): string =>
  total > 0 ? `${what} · ${bytes(Math.min(done, total))} of ${bytes(total)}` : what;
