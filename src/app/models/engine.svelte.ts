/** What the page knows of this device and its model. One for the whole page; the worker is asked, never imported here. */
import type { LoadOptions, LoadProgress, ModelRef } from '../../engines/engine.ts';
import type { DeviceReport, ModelOffer } from '../../worker/protocol.ts';
import type { EngineState, Optimizer } from '../client/optimizer.ts';
import { errorWords, type ErrorWords } from './errorWords.ts';
import { sameRef } from './refs.ts';

class Engine {
  state = $state.raw<EngineState>({ worker: 'none', model: { state: 'none' }, message: null });
  report = $state.raw<DeviceReport | null>(null);
  /** Looking at the device. */
  checking = $state(false);
  error = $state.raw<ErrorWords | null>(null);
  /** Bytes of a file being taken in. */
  importing = $state.raw<LoadProgress | null>(null);
  private picked = $state.raw<ModelRef | null>(null);

  loaded = $derived(this.state.model.state === 'ready' ? this.state.model.model : null);
  loading = $derived(this.state.model.state === 'loading' ? this.state.model : null);

  /** The offer a start would use: the one chosen by the person, else what is loaded, else the device's. */
  chosen: ModelOffer | null = $derived.by(() => {
    const offers = this.report?.offers ?? [];
    const find = (ref: ModelRef | null | undefined) => (ref ? offers.find((offer) => sameRef(offer.ref, ref)) : undefined);
    // A model of one's own has no line in the catalogue: then there is no offer, and `chosenRef` says what it is.
    if (this.picked) return find(this.picked) ?? null;
    if (this.loaded) return find(this.loaded.ref) ?? null;
    return offers.find((offer) => offer.recommended) ?? null;
  });
  /** What a start would use when it is no line of the catalogue: an address, a dropped file. */
  chosenRef: ModelRef | null = $derived(this.picked ?? this.loaded?.ref ?? this.chosen?.ref ?? null);
  /** Of the loaded model, as the catalogue calls it; a file's own name otherwise. */
  title: string | null = $derived.by(() => {
    const { loaded } = this;
    return loaded && (this.report?.offers.find((offer) => sameRef(offer.ref, loaded.ref))?.title ?? loaded.title);
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

  async check(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }
  private looking: Promise<void> | null = null;

  private async look(): Promise<void> {
    this.checking = true;
    try {
      this.report = await (await this.client()).device();
    } catch (error) {
      this.error = errorWords(error);
    } finally {
      this.checking = false;
    }
  }

  choose(ref: ModelRef): void {
    this.picked = ref;
    this.error = null;
  }

  /** Loads after a person's click. False when it failed or was cancelled; `error` then says why. */
  async load(ref: ModelRef, options?: LoadOptions): Promise<boolean> {
    this.error = null;
    this.picked = ref;
    try {
      await (await this.client()).load(ref, undefined, options);
      void this.check();
      return true;
    } catch (error) {
      this.error = errorWords(error);
      await this.check();
      // Gone from the catalogue, or never in it and not to be had: the button must not offer it again.
      if (this.chosen === null) this.picked = null;
      return false;
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
    try {
      const ref = await (await this.client()).importFile(file, (progress) => (this.importing = progress));
      this.picked = ref;
      await this.check();
      return ref;
    } catch (error) {
      this.error = errorWords(error);
      return null;
    } finally {
      this.importing = null;
    }
  }

  async remove(ref: ModelRef): Promise<void> {
    try {
      await (await this.client()).remove(ref);
      if (this.picked && sameRef(this.picked, ref)) this.picked = null;
      await this.check();
    } catch (error) {
      this.error = errorWords(error);
    }
  }
}

export const engine = new Engine();
