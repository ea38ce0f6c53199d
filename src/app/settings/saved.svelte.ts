/** The settings of this machine: what the build gave, and what the person changed on the settings page. */
import type { Settings } from '../../promptwizard/settings.ts';
import { baseSettings } from './layers.ts';

class Saved {
  changed = $state.raw<Partial<Settings>>({});
  base: Settings = $derived(baseSettings(__BUILD_SETTINGS__, this.changed));
  build: Settings = baseSettings(__BUILD_SETTINGS__, {});
  private read: Promise<void> | null = null;

  /** Reads the store once; without a store the build's values stand. */
  load(): Promise<void> {
    this.read ??= import('../client/preferences.ts')
      .then(({ readPreference }) => readPreference('settings'))
      .then((found) => void (found && (this.changed = found)))
      .catch(() => undefined);
    return this.read;
  }

  /** @throws StoreError */
  async save(changed: Partial<Settings>): Promise<void> {
    const { writePreference } = await import('../client/preferences.ts');
    await writePreference('settings', Object.keys(changed).length > 0 ? changed : undefined);
    this.changed = changed;
  }
}

export const saved = new Saved();
