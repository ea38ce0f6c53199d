/** The files of models on this machine, and what is being done with them. */
import type { ModelRef } from '../../../engines/engine.ts';
import type { GivenFile, StoredModel } from '../../../worker/protocol.ts';
import { engine } from '../engine.svelte.ts';
import { own } from '../own.svelte.ts';
import { keepStorage } from '../keepStorage.ts';
import { sameRef } from '../refs.ts';
import { saveFile } from '../../parts/saveFile.ts';
import { checkWords } from './fileWords.ts';
import { removeCode, storedCode, type StoredCode } from './storedCode.ts';
import { canPickFolder, pickFolder } from './pick.ts';

/** `bad`: something is wrong; `calm`: the person stopped it. */
export interface Said {
  text: string;
  tone: 'good' | 'bad' | 'calm';
}

class Files {
  models = $state.raw<StoredModel[] | null>(null);
  /** The page itself and its engines, as the service worker keeps them. */
  code = $state.raw<StoredCode[]>([]);
  /** Of the history and what else IndexedDB holds, bytes; null: the browser does not say. */
  history = $state<number | null>(null);
  /** What is being done, with the bytes so far. */
  work = $state.raw<{ what: string; done: number; total: number } | null>(null);
  /** By place: what came of it. The import's own is under `import`. */
  said = $state.raw<Record<string, Said>>({});
  problem = $state('');

  private dropped: Promise<void> | null = null;

  async look(): Promise<void> {
    try {
      await engine.check();
      const client = await engine.client();
      // What an export of an earlier visit left, once.
      this.dropped ??= client.dropExports();
      await this.dropped;
      this.models = await client.stored(this.known());
      this.problem = '';
    } catch (error) {
      this.problem = (error as Error).message;
    }
    this.code = await storedCode();
    const estimate = (await navigator.storage?.estimate().catch(() => null)) as { usageDetails?: { indexedDB?: number } } | null;
    this.history = estimate?.usageDetails?.indexedDB ?? null;
  }

  /** Models that the page knows, whole or not. */
  private known(): ModelRef[] {
    return [...(engine.report?.offers ?? []), ...own.models].map(({ ref }) => ref);
  }

  check({ ref, title, place }: StoredModel): Promise<void> {
    return this.do(place, `Checking ${title}`, async (onBytes) => {
      const report = await (await engine.client()).checkFiles(ref!, onBytes);
      return { text: checkWords(report), tone: report.faults.length > 0 ? 'bad' : 'good' };
    });
  }

  async remove({ ref, kind, place }: StoredModel): Promise<void> {
    try {
      if (ref) await engine.remove(ref);
      else await (await engine.client()).removeLeft(kind, place);
    } catch (error) {
      this.tell(place, { text: (error as Error).message, tone: 'bad' });
    }
    await this.look();
  }

  async removeCode({ engine }: StoredCode): Promise<void> {
    try {
      if (engine) await removeCode(engine);
    } catch (error) {
      this.problem = (error as Error).message;
    }
    this.code = await storedCode();
  }

  async export({ ref, title, place }: StoredModel): Promise<void> {
    if (!canPickFolder()) return this.exportZip(ref!, title, place);
    // A browser opens its picker only right after the click.
    let folder: FileSystemDirectoryHandle | null;
    try {
      folder = await pickFolder();
    } catch (error) {
      return this.tell(place, { text: (error as Error).message, tone: 'bad' });
    }
    if (!folder) return;
    await this.do(place, `Exporting ${title}`, async (onBytes) => {
      const name = await (await engine.client()).exportFolder(ref!, folder, onBytes);
      return { text: `Exported into the folder ${name}.`, tone: 'good' };
    });
  }

  private exportZip(ref: ModelRef, title: string, place: string): Promise<void> {
    return this.do(place, `Exporting ${title}`, async (onBytes) => {
      const client = await engine.client();
      await client.dropExports();
      const zip = await client.exportZip(ref, onBytes);
      saveFile(zip.name, zip);
      return { text: `${zip.name} is on its way to your downloads.`, tone: 'good' };
    });
  }

  async import(given: GivenFile[]): Promise<void> {
    keepStorage();
    await this.do('import', 'Importing', async (onBytes) => {
      const { ref, title, bytes } = await (await engine.client()).importModel(given, this.known(), onBytes);
      const listed = engine.report?.offers.some((offer) => sameRef(offer.ref, ref));
      if (!listed) await own.remember({ ref, title, bytes, here: true });
      await this.look();
      return { text: `${title} was checked and taken in. It can be loaded above.`, tone: 'good' };
    });
  }

  async stop(): Promise<void> {
    await (await engine.client()).stopFiles();
  }

  private async do(place: string, what: string, job: (onBytes: (done: number, total: number) => void) => Promise<Said>): Promise<void> {
    this.said = Object.fromEntries(Object.entries(this.said).filter(([other]) => other !== place));
    this.work = { what, done: 0, total: 0 };
    try {
      this.tell(place, await job((done, total) => this.work && (this.work = { what, done, total })));
    } catch (error) {
      const { name, message } = error as Error;
      this.tell(place, { text: message, tone: name === 'aborted' ? 'calm' : 'bad' });
    } finally {
      this.work = null;
    }
  }

  private tell(place: string, said: Said): void {
    this.said = { ...this.said, [place]: said };
  }
}

export const files = new Files();
