/** What a run is doing and what came of it, in sentences. A number never without what it counts and on which rows. */
import type { Phase } from '../promptwizard/events.ts';
import { needsAnswers } from '../promptwizard/metrics/needsAnswers.ts';
import type { RunState } from '../promptwizard/state.ts';
import type { ArmScore, MadeBy, MetricSpec, Outcome, Paired, Quality, RunResult } from '../promptwizard/types.ts';
import { percent, plural, points } from './figures.ts';
import { judgedWords, type VerdictWords } from './judgedWords.ts';

export type { VerdictWords };

/** One sentence: what is being done, and why. Follows from the state alone; see `statusWords` for pause and queue. */
export function sentenceOf(state: RunState): string {
  if (state.result) return 'Done.';
  const { phase, practice } = state;
  if (practice && !practice.reviewed)
    return `Please check the ${state.task?.metric?.kind === 'checklist' ? 'inputs' : 'practice rows'} below: what you leave is what the prompts are measured on.`;
  if (!phase) return state.input ? 'Sharing out the rows: some to search with, some kept back for the verdict.' : 'Getting ready.';
  const round = phase.round > 0 ? `Round ${phase.round} · ` : '';
  return round ? round + lowerFirst(phaseSentence(phase.phase, state)) : phaseSentence(phase.phase, state);
}

function phaseSentence(phase: Phase, state: RunState): string {
  const entrants = state.phase?.candidates.length ?? 0;
  const rows = state.phase?.rows ?? 0;
  const onRows = rows > 0 ? ` on the same ${plural(rows, 'row')}` : '';
  switch (phase) {
    case 'understand':
      return 'Reading your prompt, to say what kind of answer it wants.';
    case 'make-rows':
      return state.task?.metric?.kind === 'checklist'
        ? 'Writing inputs to try the prompts on, because there are too few of yours. You check them before they count.'
        : 'Writing practice rows, because there are too few of yours to measure on. You check them before they count.';
    case 'race':
      return `Racing ${plural(entrants, 'candidate')}${onRows}, your prompt among them, to find which win rows.`;
    case 'mutate':
      return 'Asking the model for other ways to put your prompt.';
    case 'fresh':
      return freshSentence(state);
    case 'critique':
      return 'Showing the model what the leader got wrong, to learn why.';
    case 'refine':
      return 'Mending the leader: one small change for one cause.';
    case 'examples':
      return 'Trying examples in the prompt; none is tried too.';
    case 'reason':
      return 'Working out steps that reach the right answers, for the examples.';
    case 'persona':
      return 'Trying an expert persona. It stays only if it wins rows.';
    case 'keywords':
      return 'Trying a line of keywords. It stays only if it wins rows.';
    case 'verdict':
      if (state.task?.metric?.kind === 'checklist')
        return `The verdict: the replies of your prompt and of the winner side by side${rows > 0 ? ` on ${plural(rows, 'input')}` : ''}, without saying which is which.`;
      return `The verdict: your prompt against the winner${rows > 0 ? ` on ${plural(rows, 'row')}` : ''} that neither has seen.`;
    case 'free-baseline':
      return 'Checking whether “think step by step” alone would have done as well.';
  }
}

/** In the first round the best two of the race are asked these rows, and the better one goes on; then the leader meets the best so far. */
function freshSentence({ phase, incumbent }: RunState): string {
  const { candidates, rows } = phase!;
  const onRows = rows > 0 ? ` on ${plural(rows, 'row')} that the race did not use` : '';
  if (!candidates.includes(incumbent)) return `Trying the first ${candidates.length} of the race${onRows}.`;
  return `Trying the leader against ${incumbent === 'c0' ? 'your prompt' : 'the best so far'}${onRows}.`;
}

/**
 * The verdict in words, most certain first. `madeBy` is how the delivered candidate came to be, when known: it says
 * whether the plain step-by-step sentence is itself the winner. `notes`: of the run; they say why nothing was measured.
 * `metric`: what the run judged by.
 */
export function verdictWords(
  result: RunResult,
  madeBy?: MadeBy,
  notes: RunState['notes'] = [],
  metric: MetricSpec | null = null,
): VerdictWords {
  const { verdict } = result;
  const judged = result.quality === 'judged' && verdict.outcome !== 'stopped';
  if (judged) return { ...judgedWords(result), help: verdict.outcome === 'better' ? [] : helpWords(result, metric) };
  const said = outcomeWords(result, notes, metric, madeBy);
  // An interval over rows that also chose the prompt would look like proof.
  const measured = verdict.outcome === 'stopped' ? soFarFact(verdict.comparison) : intervalFact(verdict.comparison);
  const facts = [...scoreFact(result), ...measured, ...freeFacts(result, madeBy)];
  const help = verdict.outcome === 'better' ? [] : helpWords(result, metric);
  return { ...said, facts, help };
}

function outcomeWords(
  result: RunResult,
  notes: RunState['notes'],
  metric: MetricSpec | null,
  madeBy?: MadeBy,
): Pick<VerdictWords, 'tone' | 'headline' | 'sentence'> {
  const { verdict, quality } = result;
  const { comparison, start, final, moreRows } = verdict;
  const onRows = comparison ? rowsWords(comparison.rows, quality) : start ? rowsWords(start.rows, quality) : '';
  const flips = comparison ? `the new one ${wonLost(comparison)} ${onRows}` : '';
  const kept = (sentence: string) => ({ tone: 'same' as const, headline: 'No reliable gain.', sentence: `Kept your prompt: ${sentence}` });
  switch (verdict.outcome) {
    case 'better':
      return verdict.reason === 'free-baseline-does-as-well'
        ? {
            tone: 'won',
            headline: 'Better, and the plain sentence does as well.',
            sentence: `${change(start, final)} ${onRows}. The search was not ahead of “think step by step”, so that simpler prompt is the result, chosen among two.`,
          }
        : { tone: 'won', headline: 'Better.', sentence: `${change(start, final)} ${onRows}.` };
    case 'no-reliable-gain':
      switch (verdict.reason) {
        case 'not-ahead':
          return kept(`${flips || 'the new one was not ahead'}.`);
        case 'hopeless':
          return kept(`${flips || 'the new one was not ahead'}, and a gain could hardly be shown any more, so the rest was not asked.`);
        case 'gain-below-one-point':
          return kept(`a gain of even one point is unlikely; ${flips}.`);
        case 'winner-is-start':
          return kept(`it was itself the best of all that was tried${start ? ` (${percent(start.mean)} ${onRows})` : ''}.`);
        default:
          return kept('nothing that was tried won enough rows in the search to be trusted.');
      }
    case 'inconclusive': {
      const settle = moreRows === null ? '' : ` About ${plural(moreRows, 'further row')} would settle it.`;
      if (verdict.reason === 'no-held-out-rows')
        return {
          tone: 'unsure',
          headline: 'Not proven.',
          sentence: 'The new prompt won in the search, but no row was left for a verdict. From 20 rows on, some are kept back for it.',
        };
      return verdict.reason === 'undecided-kept-start'
        ? { tone: 'unsure', headline: 'Not decided.', sentence: `Kept your prompt: ${flips}, too close to tell.${settle}` }
        : {
            tone: 'unsure',
            headline: 'Ahead, but not proven.',
            sentence: `${change(start, final)} ${onRows}: ${flips || 'too few rows to be sure'}.${settle}`,
          };
    }
    case 'not-measured':
      return {
        tone: 'unsure',
        headline: 'Not measured.',
        sentence: `${whyNotMeasured(notes, metric)} So nothing is claimed${
          verdict.result === 'c0'
            ? ', and your prompt is unchanged.'
            : madeBy?.kind === 'criteria'
              ? '. Below is your prompt with what a good reply is known by.'
              : '. Below is your prompt with a clear form for the answer and a request to think step by step.'
        }`,
      };
    case 'stopped':
      return {
        tone: 'unsure',
        headline: verdict.reason === 'budget' ? 'The budget ran out.' : 'Stopped.',
        sentence: `${verdict.result === 'c0' ? 'Nothing had beaten your prompt yet; it stays the result' : 'Below is the best so far'}. There was no verdict, so this is not proof.`,
      };
  }
}

/** Where a score was measured, as it stands after the number. A run that was stopped had no verdict, whatever it asked. */
export function qualityWords(quality: Quality, outcome: Outcome): string {
  if (outcome === 'stopped' && quality !== 'none') return 'so far, on the rows asked until then; likely too high';
  switch (quality) {
    case 'held-out':
      return 'on rows kept back from the search';
    case 'selection':
      return 'on rows that also chose the prompt, so likely too high';
    case 'synthetic':
      return 'on practice rows that the model wrote';
    case 'judged':
      return 'as judged by the same model';
    case 'none':
      return 'not measured';
  }
}

/** How a candidate came to be. */
export function madeByWords(madeBy: MadeBy): string {
  switch (madeBy.kind) {
    case 'start':
      return 'your prompt';
    case 'contract':
      return 'your prompt and a form for the answer';
    case 'free-baseline':
      return 'your prompt and “think step by step”';
    case 'criteria':
      return 'your prompt and what a good reply is known by';
    case 'style':
      return `with a thinking style: ${madeBy.style}`;
    case 'model':
      return 'rewritten by the model';
    case 'refine':
      return `mended: ${bare(madeBy.cause)}`;
    case 'demos':
      return `with ${plural(madeBy.count, 'example')}${madeBy.reasoning ? ' and their reasoning' : ''}`;
    case 'persona':
      return 'with an expert persona';
    case 'keywords':
      return 'with a line of keywords';
  }
}

/** A model's sentence without its full stop, to stand in one of ours. */
export const bare = (sentence: string): string => sentence.replace(/[.\s]+$/, '');

/** `won 9 rows and lost 1`. */
export const wonLost = ({ wins, losses }: { wins: number; losses: number }): string => `won ${plural(wins, 'row')} and lost ${losses}`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** By the run's own note; those with a number in them are told in its words. */
function whyNotMeasured(notes: RunState['notes'], metric: MetricSpec | null): string {
  const rows = needsAnswers(metric) ? 'rows with right answers' : 'rows';
  for (const { code, text } of notes)
    switch (code) {
      case 'no-rows-in-trial':
        return `There were fewer than eight ${rows}, and the trial plan makes no practice rows.`;
      case 'too-few-rows':
      case 'rows-too-easy':
        return text;
    }
  return `There were no ${rows} to measure on.`;
}

const change = (start: ArmScore | null, final: ArmScore | null): string =>
  start && final ? `${percent(start.mean)} → ${percent(final.mean)}` : 'Measured';

function rowsWords(rows: number, quality: Quality): string {
  const n = plural(rows, 'row');
  if (quality === 'synthetic') return `on ${plural(rows, 'practice row')} that the model wrote and neither prompt had seen`;
  if (quality === 'selection') return `on ${n} that also chose the prompt`;
  return `on ${n} that neither prompt had seen`;
}

/** The score of a kept prompt, where no comparison says it. */
function scoreFact({ verdict, quality }: RunResult): string[] {
  const { start, comparison } = verdict;
  if (verdict.outcome !== 'no-reliable-gain' || !start || comparison || verdict.reason === 'winner-is-start') return [];
  return [`It scored ${percent(start.mean)} ${rowsWords(start.rows, quality)}.`];
}

function intervalFact(comparison: Paired | null): string[] {
  if (!comparison?.interval) return [];
  const [low, high] = comparison.interval;
  const same = comparison.ties > 0 ? `, ${comparison.ties} the same` : '';
  return [
    `Difference ${points(comparison.difference)} points, 95 % interval ${points(low)} to ${points(high)}; ${plural(comparison.wins, 'row')} won, ${comparison.losses} lost${same}.`,
  ];
}

const soFarFact = (comparison: Paired | null): string[] =>
  comparison ? [`So far it ${wonLost(comparison)} of ${plural(comparison.rows, 'row')} asked of both.`] : [];

function freeFacts({ verdict }: RunResult, madeBy?: MadeBy): string[] {
  if (verdict.free) {
    const alone = `“Think step by step” alone: ${percent(verdict.free.mean)}.`;
    const against = verdict.againstFree;
    return [against && verdict.reason !== 'free-baseline-does-as-well' ? `${alone} Against it the new prompt ${wonLost(against)}.` : alone];
  }
  if (verdict.outcome !== 'better') return [];
  return [
    madeBy?.kind === 'free-baseline'
      ? 'The winner is “think step by step” itself: the search found nothing better.'
      : '“Think step by step” alone was not asked on these rows.',
  ];
}

function helpWords({ verdict, quality }: RunResult, metric: MetricSpec | null): string[] {
  const help: string[] = [];
  const asked = verdict.start;
  if (asked && asked.rows > 0 && asked.unreadable / asked.rows >= 0.2)
    help.push(
      `${asked.unreadable} of ${plural(asked.rows, 'answer')} to your prompt could not be read: say in the prompt how the answer must look, or choose another way to judge it.`,
    );
  if (verdict.outcome === 'not-measured')
    help.push(
      metric?.kind === 'checklist'
        ? 'Give at least eight real inputs, better twenty; answers are not needed.'
        : `Give at least eight real inputs, better twenty${needsAnswers(metric) ? ' with their right answers' : ''}.`,
    );
  else if (verdict.outcome === 'stopped') help.push('Optimize again: what the model has answered already is not asked twice.');
  else {
    if (quality === 'judged')
      help.push(
        'Eight or more inputs of your own, better twenty: some are then kept back for the verdict. Or write the criteria yourself, under “How an answer is judged”.',
      );
    else if (quality === 'synthetic') help.push('Your own rows are harder and truer than practice rows.');
    else help.push('More rows show smaller gains.');
    help.push('A larger plan searches further; a larger model may have more to gain.');
  }
  return help;
}
