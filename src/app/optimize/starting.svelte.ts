/** From the click on the button to the run: model if need be, then the request. */
import type { StartReply } from '../../worker/protocol.ts';
import { bytes } from '../figures.ts';
import { engine } from '../models/engine.svelte.ts';
import { runHash } from '../route.ts';
import { form } from './form.svelte.ts';
import type { Forecasts } from './planWords.ts';

/** `run`: one that can be looked at instead. */
export type Refused = { field: 'prompt' | 'rows' | 'metric' | 'settings' | 'model' | 'start'; message: string; run?: string };

class Starting {
  busy = $state(false);
  refused = $state.raw<Refused | null>(null);
  /** The last run started here whose plan the speed has chosen, and what every plan would have cost. */
  bySpeed = $state.raw<{ run: string; forecasts: Forecasts } | null>(null);

  /** Ends on the run's page, or with `refused`. A download happens only because the button that names it was clicked. */
  async begin(): Promise<void> {
    if (this.busy) return;
    this.refused = this.firstProblem();
    if (this.refused) return;
    this.busy = true;
    try {
      void form.save();
      // A download must not end at a pattern that is not valid.
      await form.checkJudging();
      if (form.judgeProblem) {
        this.refused = { field: 'metric', message: form.judgeProblem.message };
        return;
      }
      if (!engine.report) {
        await engine.check();
        // The button did not name a download when it was pressed, so none may follow.
        this.refused = this.modelProblem();
        if (this.refused) return;
      }
      const ref = engine.chosenRef;
      if (!engine.ready && !(ref && (await engine.load(ref)))) {
        this.refused = { field: 'model', message: '' };
        return;
      }
      // The prompt may be too long for the model that is loaded now.
      this.refused = this.firstProblem();
      if (!this.refused) await this.start(false);
    } finally {
      this.busy = false;
    }
  }

  private async start(anew: boolean): Promise<void> {
    try {
      const optimizer = await engine.client();
      const { task, plan, forecasts, pickedPlan } = form;
      const reply = await optimizer.start($state.snapshot({ task, settings: form.read.settings, plan, anew }));
      if (reply.kind === 'started') this.bySpeed = pickedPlan === null ? { run: reply.run, forecasts } : null;
      follow(reply, (message, run) => {
        this.refused = { field: 'start', message, run };
      });
    } catch (error) {
      this.refused = { field: 'start', message: (error as Error).message };
    }
  }

  private firstProblem(): Refused | null {
    if (form.promptProblem?.blocks) return { field: 'prompt', message: form.promptProblem.message };
    const bad = Object.values(form.read.errors)[0];
    if (bad) return { field: 'settings', message: bad };
    return engine.report ? this.modelProblem(false) : null;
  }

  private modelProblem(asks = true): Refused | null {
    if (!engine.chosenRef) return { field: 'model', message: 'Please choose a model below; nothing is downloaded before you say so.' };
    const offer = engine.chosen;
    if (asks && !engine.ready && offer && !offer.here)
      return {
        field: 'start',
        message: `This needs a model: ${offer.title} (${bytes(offer.bytes)}, once). Press the button again to get it.`,
      };
    return null;
  }
}

/** Goes to the run that was started or found. */
export function follow(reply: StartReply, onRefused: (message: string, run?: string) => void): void {
  if (reply.kind === 'busy') onRefused(reply.message);
  else if (reply.kind === 'elsewhere') onRefused(reply.message, reply.run);
  else location.hash = runHash(reply.run, reply.kind === 'stored');
}

export const starting = new Starting();
