/** Going on with a run that was cut short: by itself when its model is on this machine, else on a click. */
import type { RunRecord } from '../../store/records.ts';
import { engine } from '../models/engine.svelte.ts';
import { errorWords } from '../models/errorWords.ts';
import { keepStorage } from '../models/keepStorage.ts';
import { sameRef } from '../models/refs.ts';
import { strangeServer } from './strangeServer.ts';

class GoingOn {
  /** The run whose model is being loaded, or that was just taken up. */
  run = $state<string | null>(null);
  working = $state(false);
  error = $state<string | null>(null);
  /** Its server wants a key, which is kept nowhere unless the person asked for that. */
  needsKey = $state(false);
  private tried = new Set<string>();

  /** Whether the run can go on without a download. Asks the device when nobody has yet. */
  async modelIsHere({ model }: RunRecord): Promise<boolean> {
    if (!engine.report) await engine.check();
    if (engine.loaded && sameRef(engine.loaded.ref, model)) return true;
    const offer = engine.find(model);
    // A file may have brought the run: a server that nobody took in here gets nothing unasked.
    if (model.engine === 'openai') return offer !== undefined;
    return offer?.here ?? (await (await engine.client()).here(model));
  }

  /** Goes on with an interrupted run without a click, once per visit and run, and only when nothing has to be fetched. */
  async byItself(record: RunRecord): Promise<void> {
    if (record.error || record.imported || this.tried.has(record.id)) return;
    this.tried.add(record.id);
    if (await this.modelIsHere(record)) await this.start(record);
  }

  /**
   * After a click, which may be for a download, or by itself. False: it did not come to that, and `error` says why.
   * @param named the person was shown the server that nobody took in here, and wants it asked
   */
  async start(record: RunRecord, named = false): Promise<boolean> {
    if (this.working) return false;
    this.run = record.id;
    this.working = true;
    this.error = null;
    this.needsKey = false;
    try {
      if (!engine.report) await engine.check();
      if (engine.find(record.model)?.here === false) keepStorage();
      const optimizer = await engine.client();
      const unknown = record.model.engine === 'openai' && !(await this.modelIsHere(record));
      if (unknown && !named) throw new Error(strangeServer(record.model));
      if (unknown) await engine.loadFor(record.model);
      await optimizer.resume(record.id, undefined, engine.asBefore(record.model));
      return true;
    } catch (error) {
      this.error = errorWords(error).message;
      this.needsKey = (error as Error).name === 'needs-key';
      return false;
    } finally {
      this.working = false;
    }
  }
}

export const goingOn = new GoingOn();
