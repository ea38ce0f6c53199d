/** What the person has typed. One for the page: going to another place and back loses nothing, nor does a reload. */
import { forecastPlan, preselectPlan } from '../../promptwizard/budget.ts';
import { needsAnswers } from '../../promptwizard/metrics/needsAnswers.ts';
import { SETTING_KEYS } from '../../promptwizard/settings.ts';
import { PLAN_NAMES, type MetricKind, type MetricSpec, type PlanName, type Row, type Task } from '../../promptwizard/types.ts';
import { engine } from '../models/engine.svelte.ts';
import { soon } from '../parts/soon.ts';
import { readTyped, type Typed } from '../settings/layers.ts';
import { saved } from '../settings/saved.svelte.ts';
import { checkPrompt, checkRows, USUAL_CONTEXT } from './checks.ts';
import type { JudgeProblem } from './judgeProblem.ts';
import { specOf } from './metricFields.ts';
import type { Forecasts } from './planWords.ts';
import { usableRows } from './rows.ts';

interface Extra {
  [key: string]: unknown;
  version: 1;
  typed: Typed;
  schemaText?: string;
}
const PAUSE = 400;

class Form {
  prompt = $state('');
  system = $state('');
  /** What the task is, in the person's words; empty: the model says it. */
  description = $state('');
  /** How the final answer must look; empty: as the way of judging needs it. */
  answerFormat = $state('');
  rows = $state.raw<Row[]>([]);
  /** Chosen by the person; null: by the rows. */
  metric = $state.raw<MetricSpec | null>(null);
  /** The schema of a JSON metric as it was typed, also when it does not parse; null: as in the metric. */
  schemaText = $state<string | null>(null);
  /** Why answers could not be judged, when last looked at. */
  judgeProblem = $state.raw<JudgeProblem | null>(null);
  /** What was written for other ways to judge this task, for the way back. */
  private readonly written = new Map<MetricKind, MetricSpec>();
  /** Chosen by the rows, when there are answers. */
  found = $state.raw<MetricSpec | null>(null);
  /** Chosen by the person; null: by the measured speed. */
  pickedPlan = $state<PlanName | null>(null);
  typed = $state.raw<Typed>({});
  /** Why what was typed could not be stored, in a sentence. */
  unsaved = $state<string | null>(null);

  usable: Row[] = $derived(usableRows(this.rows));
  /** Rows that can be scored: with an answer, or judged without one. */
  answered: number = $derived(this.usable.filter((row) => row.answer || !needsAnswers(this.metric)).length);
  read = $derived(readTyped(saved.base, this.typed));
  task: Task = $derived({
    prompt: this.prompt,
    ...(this.system.trim() ? { system: this.system } : {}),
    ...(this.description.trim() ? { description: this.description.trim() } : {}),
    ...(this.answerFormat.trim() ? { answerFormat: this.answerFormat.trim() } : {}),
    rows: this.usable,
    ...(this.metric ? { metric: this.metric } : {}),
  });
  speed = $derived(engine.ready ? engine.loaded : null);
  preselected: PlanName = $derived(preselectPlan(this.task, this.read.settings, this.speed));
  plan: PlanName = $derived(this.pickedPlan ?? this.preselected);
  /** Nobody has chosen, and the speed that will choose is not known before the model is loaded. */
  undecided: boolean = $derived(this.pickedPlan === null && this.speed === null);
  /** Of every plan; reckoned once for all who show it, because it looks at every row. */
  forecasts: Forecasts = $derived.by(() => {
    const { task, speed } = this;
    const { settings } = this.read;
    return Object.fromEntries(PLAN_NAMES.map((name) => [name, forecastPlan(task, settings, name, speed)])) as Record<
      PlanName,
      Forecasts[PlanName]
    >;
  });
  contextSize: number = $derived(this.speed?.contextSize ?? USUAL_CONTEXT);
  promptProblem = $derived(checkPrompt(this.prompt, this.contextSize, this.system));
  rowProblems = $derived(this.usable.length > 0 ? checkRows(this.task) : []);

  private timer: ReturnType<typeof setTimeout> | undefined;
  private restored: Promise<void> | null = null;

  /** Brings back what was typed before a reload. What was typed meanwhile stays. */
  restore(): Promise<void> {
    this.restored ??= this.fromStore();
    return this.restored;
  }

  private async fromStore(): Promise<void> {
    try {
      const { readPreference } = await import('../client/preferences.ts');
      const [draft, plan] = await Promise.all([readPreference('draft'), readPreference('plan')]);
      if (plan && PLAN_NAMES.includes(plan)) this.pickedPlan = plan;
      if (!draft || this.prompt !== '' || this.rows.length > 0) return;
      this.fill(draft.task);
      const typed = (draft.extra as Extra | undefined)?.typed;
      this.schemaText = (draft.extra as Extra | undefined)?.schemaText ?? null;
      if (typed) this.typed = Object.fromEntries(SETTING_KEYS.filter((key) => key in typed).map((key) => [key, typed[key]]));
    } catch {
      // No storage: the form works, it only forgets on reload; `save` says so once something is typed.
    }
  }

  /** Puts a task in the form: a draft, an example, an earlier run. */
  fill(task: Partial<Task>): void {
    this.prompt = task.prompt ?? '';
    this.system = task.system ?? '';
    this.description = task.description ?? '';
    this.answerFormat = task.answerFormat ?? '';
    this.rows = task.rows ?? [];
    this.metric = task.metric ?? null;
    this.schemaText = null;
    this.written.clear();
  }

  /** By another kind of metric; null: by the one that the rows call for. */
  judgeBy(kind: MetricKind | null): void {
    if (this.metric) this.written.set(this.metric.kind, this.metric);
    this.metric = kind && (this.written.get(kind) ?? specOf(kind, this.usable));
  }

  /** Looks whether answers can be judged. Its reader, and the sandbox for code, are fetched on first use. */
  async checkJudging(): Promise<void> {
    const { usable: rows, metric, schemaText } = this;
    let found: JudgeProblem | null = null;
    try {
      const { judgeProblem } = await import('./judgeProblem.ts');
      found = await judgeProblem($state.snapshot({ rows, ...(metric ? { metric } : {}) }) as Pick<Task, 'rows' | 'metric'>, schemaText);
    } catch {
      // Offline before the first use: the run itself looks again.
    }
    if (rows === this.usable && metric === this.metric && schemaText === this.schemaText) this.judgeProblem = found;
  }

  /** To be called on every change; stores after a pause in typing. */
  changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => soon(() => void this.save()), PAUSE);
  }

  /** Stores at once. */
  async save(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const { writePreference } = await import('../client/preferences.ts');
      const extra: Extra = { version: 1, typed: this.typed, ...(this.schemaText === null ? {} : { schemaText: this.schemaText }) };
      const { prompt, system, description, answerFormat, rows, metric } = this;
      await writePreference('draft', { task: { prompt, system, description, answerFormat, rows, ...(metric ? { metric } : {}) }, extra });
      await writePreference('plan', this.pickedPlan ?? undefined);
      this.unsaved = null;
    } catch (error) {
      this.unsaved = (error as Error).message;
    }
  }
}

export const form = new Form();
