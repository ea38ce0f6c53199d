/** What the service worker keeps of this build: the page itself, and the code of engines that were used. */
import type { StoredFile } from '../../../engines/stored.ts';
import type { EngineCode, KeptFile } from '../../../sw/protocol.ts';

export interface StoredCode {
  /** null: the page itself. It goes only with the service worker, or an update would find nothing to stand on. */
  engine: EngineCode | null;
  title: string;
  about: string;
  files: StoredFile[];
  bytes: number;
}

const TITLES: Record<EngineCode, string> = { webllm: 'Engine for the graphics card', wllama: 'Engine for the processor' };

/** Nothing where no service worker keeps files. */
export async function storedCode(): Promise<StoredCode[]> {
  try {
    const { ask } = await import('../../offline/serviceWorker.ts');
    const [page, engines] = await Promise.all([ask('page', {}), ask('engines', {})]);
    const about = 'So that a model runs without a network; fetched again on the next use.';
    const found: StoredCode[] = [
      { engine: null, title: 'This page', about: 'So that it opens without a network.', ...sum(page ?? []) },
      ...(engines ?? []).map(({ engine, files }) => ({ engine, title: TITLES[engine], about, ...sum(files) })),
    ];
    return found.filter(({ files }) => files.length > 0);
  } catch {
    return [];
  }
}

/** Of all builds. */
export async function removeCode(engine: EngineCode): Promise<void> {
  const { ask } = await import('../../offline/serviceWorker.ts');
  await ask('drop-engine', { engine });
}

function sum(kept: readonly KeptFile[]): Pick<StoredCode, 'files' | 'bytes'> {
  const files = kept.filter(({ here }) => here).map(({ url, bytes }) => ({ name: nameOf(url), bytes }));
  return { files, bytes: files.reduce((all, { bytes }) => all + bytes, 0) };
}

const nameOf = (url: string): string => new URL(url).pathname.split('/').pop() || 'index.html';
