/** What the page knows of this device and its model. One for the whole page; the worker is asked, never imported here. */
import type { LoadOptions, LoadProgress, ModelRef } from '../../engines/engine.ts';
import type { DeviceReport, ModelOffer } from '../../worker/protocol.ts';
import type { EngineState, Optimizer } from '../client/optimizer.ts';
import { errorWords, type ErrorWords } from './errorWords.ts';
import { keepStorage } from './keepStorage.ts';
import type { TakenModel } from '../../store/preferences.ts';
import { own } from './own.svelte.ts';
import { ownOffer } from './ownOffer.ts';
import { fileTitle, refTitle, sameRef } from './refs.ts';

class Engine {
  state = $state.raw<EngineState>({ worker: 'none', model: { state: 'none' }, message: null });
  report = $state.raw<DeviceReport | null>(null);
  /** Looking at the device. */
  checking = $state(false);
  error = $state.raw<ErrorWords | null>(null);
  /** The model that `error` speaks of, to be tried again; null when it is of none. */
  refused = $state.raw<ModelRef | null>(null);
  /** Models whose files were here and are no longer, though nobody removed them. */
  gone = $state.raw<TakenModel[]>([]);
  /** Bytes of a file being taken in. */
  importing = $state.raw<LoadProgress | null>(null);
  private picked = $state.raw<ModelRef | null>(null);
  private trying: ModelRef | null = null;

  loaded = $derived(this.state.model.state === 'ready' ? this.state.model.model : null);
  loading = $derived(this.state.model.state === 'loading' ? this.state.model : null);

  /** The person's own models as lines, those that no catalogue lists. */
  ownOffers: ModelOffer[] = $derived.by(() => {
    const listed = this.report?.offers ?? [];
    const unlisted = own.models.filter((model) => !listed.some((offer) => sameRef(offer.ref, model.ref)));
    return unlisted.map((model) => ownOffer(model, this.report?.capabilities));
  });
  /** The offer a start would use: the one chosen by the person, else what is loaded, else the device's. */
  chosen: ModelOffer | null = $derived.by(() => {
    if (this.picked) return this.find(this.picked) ?? null;
    if (this.loaded) return this.find(this.loaded.ref) ?? null;
    return this.report?.offers.find((offer) => offer.recommended) ?? null;
  });
  /** What a start would use, also before the device was looked at, when there is no offer for it yet. */
  chosenRef: ModelRef | null = $derived(this.picked ?? this.loaded?.ref ?? this.chosen?.ref ?? null);
  /** Of the loaded model, as the catalogue or its file calls it. */
  title: string | null = $derived.by(() => {
    const { loaded } = this;
    return loaded && (this.find(loaded.ref)?.title ?? loaded.title);
  });
  ready = $derived(this.loaded !== null && this.chosenRef !== null && sameRef(this.loaded.ref, this.chosenRef));

  private heard: Promise<Optimizer> | null = null;

  /** The door to the worker, fetched on first use; its state is heard from then on. Makes no worker by itself. */
  client(): Promise<Optimizer> {
    this.heard ??= import('../client/optimizer.ts').then(({ optimizer }) => {
      optimizer.onEngineState((state) => (this.state = state));
      return optimizer;
    });
    // A fetch that failed may succeed later.
    this.heard.catch(() => (this.heard = null));
    return this.heard;
  }

  /** The line of a model: of the catalogue, or one of the person's own. */
  find(ref: ModelRef): ModelOffer | undefined {
    return [...(this.report?.offers ?? []), ...this.ownOffers].find((offer) => sameRef(offer.ref, ref));
  }

  /** Own models and the chosen one, as they were at the last visit. Reads the store only: no worker, no download. */
  restore(): Promise<void> {
    this.restored ??= this.fromStore();
    return this.restored;
  }
  private restored: Promise<void> | null = null;

  private async fromStore(): Promise<void> {
    await own.restore();
    try {
      const { readPreference } = await import('../client/preferences.ts');
      const model = await readPreference('model');
      if (model) this.picked ??= model;
    } catch {
      // No storage: the device's choice stands.
    }
  }

  async check(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }
  private looking: Promise<void> | null = null;

  private async look(): Promise<void> {
    this.checking = true;
    try {
      await this.restore();
      const client = await this.client();
      this.report = await client.device();
      await own.look((ref) => client.here(ref));
      const { findGone } = await import('./taken.ts');
      this.gone = await findGone([...this.report.offers, ...this.ownOffers]);
      // Chosen at an earlier visit, and no longer on offer.
      if (this.picked && !this.chosen && !this.trying && !this.loaded) this.picked = null;
    } catch (error) {
      this.fail(error, null);
    } finally {
      this.checking = false;
    }
  }

  choose(ref: ModelRef): void {
    this.pick(ref);
    this.error = null;
  }

  private pick(ref: ModelRef | null): void {
    this.picked = ref;
    // Without storage the choice holds until the page is closed.
    import('../client/preferences.ts').then(({ writePreference }) => writePreference('model', ref ?? undefined)).catch(() => undefined);
  }

  private fail(error: unknown, ref: ModelRef | null): void {
    this.error = errorWords(error);
    this.refused = ref;
  }

  /**
   * How to load a model that has made a run on this machine: where only a warning stood against it, the person has
   * passed that before.
   */
  asBefore(ref: ModelRef): LoadOptions | undefined {
    const offer = this.find(ref);
    return offer && !offer.fits && offer.mayTryAnyway ? { tryAnyway: true } : undefined;
  }

  /** Loads after a person's click. False when it failed or was cancelled; `error` then says why. */
  async load(ref: ModelRef, options?: LoadOptions): Promise<boolean> {
    this.error = null;
    this.trying = ref;
    this.pick(ref);
    try {
      await this.loadFor(ref, options, (error) => this.fail(error, ref));
      return true;
    } catch {
      // Gone from the catalogue, or never in it and not to be had: the button must not offer it again.
      if (this.chosen === null) this.pick(null);
      return false;
    } finally {
      this.trying = null;
    }
  }

  /** Loads for a run or a request: what the person has chosen stays, and whoever asked tells of the error. @throws it */
  async loadFor(ref: ModelRef, options?: LoadOptions, failed: (error: unknown) => void = () => {}): Promise<void> {
    const before = this.find(ref);
    const isOwn = this.report !== null && !this.report.offers.some((offer) => sameRef(offer.ref, ref));
    let { bytes = 0 } = before ?? {};
    let begun = false;
    const note = (progress: LoadProgress) => {
      if (progress.phase !== 'download') return;
      // The server has answered; from then on a part may lie on the disk.
      begun ||= progress.bytesTotal > 0;
      bytes = progress.bytesTotal || bytes;
    };
    const remember = async (here: boolean) => isOwn && (await own.remember({ ref, title: before?.title ?? refTitle(ref), bytes, here }));
    if (!before?.here) keepStorage();
    try {
      await (await this.client()).load(ref, note, options);
      await remember(true);
      void this.check();
    } catch (error) {
      failed(error);
      // Its file is gone, or was none and is removed; what was downloaded of another stays, and can be removed.
      if (isOwn && (error as Error).name === 'not-a-model') await own.forget(ref);
      else if (begun) await remember(false);
      await this.check();
      throw error;
    }
  }

  async cancel(): Promise<void> {
    await (await this.client()).cancelLoad();
  }

  async unload(): Promise<void> {
    await (await this.client()).unload();
  }

  async importFile(file: File): Promise<ModelRef | null> {
    this.error = null;
    keepStorage();
    try {
      const title = fileTitle(file.name);
      const taken = await (await this.client()).importFile(file, (progress) => (this.importing = progress));
      const ref = { ...taken, title };
      await own.remember({ ref, title, bytes: file.size, here: true });
      this.pick(ref);
      await this.check();
      return ref;
    } catch (error) {
      this.fail(error, null);
      return null;
    } finally {
      this.importing = null;
    }
  }

  async remove(ref: ModelRef): Promise<void> {
    try {
      await (await this.client()).remove(ref);
      await (await import('./taken.ts')).forget(ref);
      await own.forget(ref);
      if (this.picked && sameRef(this.picked, ref)) this.pick(null);
      await this.check();
    } catch (error) {
      this.fail(error, null);
    }
  }
}

export const engine = new Engine();
