/** The browser's own offer to install this page, held back until the person asks for it. */

/** Of Chromium only; other browsers install from their own menu. */
interface InstallOffer extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

class Install {
  offer = $state.raw<InstallOffer | null>(null);
  /** The person has said no before: the page keeps to a bare button. */
  refused = $state(false);

  listen(): void {
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.offer = event as InstallOffer;
    });
    addEventListener('appinstalled', () => (this.offer = null));
  }

  async restore(): Promise<void> {
    try {
      const { readPreference } = await import('../client/preferences.ts');
      this.refused = (await readPreference('installRefused')) ?? false;
    } catch {
      // No storage: asked again at the next visit.
    }
  }

  /** After a click: a browser asks only then, and once per offer. */
  async ask(): Promise<void> {
    const { offer } = this;
    this.offer = null;
    const answer = await offer?.prompt().catch(() => null);
    if (answer?.outcome === 'dismissed') await this.refuse();
  }

  async refuse(): Promise<void> {
    this.refused = true;
    try {
      const { writePreference } = await import('../client/preferences.ts');
      await writePreference('installRefused', true);
    } catch {
      // As above.
    }
  }
}

export const install = new Install();
