/** The models a person took in by file or address: no catalogue lists them, so the page remembers where they are. */
import type { ModelRef } from '../../engines/engine.ts';
import type { OwnModel } from '../../store/preferences.ts';
import { sameRef } from './refs.ts';

class Own {
  models = $state.raw<OwnModel[]>([]);

  async restore(): Promise<void> {
    try {
      const { readPreference } = await import('../client/preferences.ts');
      this.models = (await readPreference('ownModels')) ?? [];
    } catch {
      // No storage: what is taken in now is known until the page is closed.
    }
  }

  remember(model: OwnModel): Promise<void> {
    return this.change((models) => {
      const known = models.findIndex(({ ref }) => sameRef(ref, model.ref));
      return known < 0 ? [...models, model] : models.with(known, model);
    });
  }

  forget(ref: ModelRef): Promise<void> {
    return this.change((models) => models.filter((model) => !sameRef(model.ref, ref)));
  }

  /** Which of them are whole on this machine: the browser may have cleared some. */
  async look(here: (ref: ModelRef) => Promise<boolean>): Promise<void> {
    const looked = await Promise.all(this.models.map(async ({ ref }) => ({ ref, here: await here(ref) })));
    // The list may have changed meanwhile.
    this.models = this.models.map((model) => ({ ...model, ...looked.find(({ ref }) => sameRef(ref, model.ref)) }));
  }

  /** On the list as it is stored, which another tab may have changed. */
  private async change(to: (models: OwnModel[]) => OwnModel[]): Promise<void> {
    this.models = to(this.models);
    try {
      const { readPreference, writePreference } = await import('../client/preferences.ts');
      const models = to((await readPreference('ownModels')) ?? []);
      await writePreference('ownModels', models);
      this.models = models;
    } catch {
      // As above.
    }
  }
}

export const own = new Own();
