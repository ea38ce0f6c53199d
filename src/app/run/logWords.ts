/** One line of the log for one event; null for events that the numbers and the grid already show. */
import type { RejectReason, RunEvent } from '../../promptwizard/events.ts';
import type { RunState } from '../../promptwizard/state.ts';
import { plural, percent, points } from '../figures.ts';
import { bare, madeByWords, wonLost } from '../words.ts';

const WHY_NOT: { readonly [K in RejectReason]: string } = {
  unreadable: 'the reply could not be read',
  cut: 'the reply was cut at its limit',
  seen: 'it was tried before',
  'near-duplicate': 'it is nearly the same as another',
  'placeholder-lost': 'it lost a variable of your prompt',
  'label-lost': 'it lost the name of a label',
  'mark-lost': 'it lost the mark for the answer',
  'too-long': 'it is too long',
  echo: 'it repeats the request instead of answering it',
  'leaks-row': 'it copies words from a row',
  question: 'it is a question',
  'not-an-instruction': 'it does not speak to the one who answers',
  'names-a-model': 'it names a model or a company',
  'other-language': 'it is in another language',
  loops: 'it says the same over and over',
  incoherent: 'its steps do not lead to its answer',
};

/** What the model wrote that could not be used, counted by reason; null when there was none. */
export function troubleWords({ rejected, failed }: Pick<RunState, 'rejected' | 'failed'>): string | null {
  const proposals = (Object.entries(rejected) as [RejectReason, number][])
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${n} because ${WHY_NOT[reason]}`);
  const answers = [
    ...(failed.cut > 0 ? [`${plural(failed.cut, 'answer')} cut at the limit`] : []),
    ...(failed.unreadable > 0 ? [`${plural(failed.unreadable, 'answer')} that could not be read`] : []),
  ];
  const said = [
    ...(proposals.length > 0 ? [`Proposals dropped: ${proposals.join(', ')}.`] : []),
    ...(answers.length > 0 ? [`Counted as wrong: ${answers.join(', ')}.`] : []),
  ];
  return said.length > 0 ? said.join(' ') : null;
}

export function logWords(event: RunEvent): string | null {
  switch (event.type) {
    case 'run-started':
      return `Started with ${event.input.model.title}, plan ${event.input.plan}.`;
    case 'split':
      return `Rows: ${event.race.length} to race on, ${event.fresh.length} fresh ones to accept on, ${event.heldOut.length} held out, ${event.verdict.length} of them for the verdict${
        event.setAside.length > 0 ? `; set aside: ${event.setAside.map((s) => s.detail).join('; ')}` : ''
      }.`;
    case 'task':
      if (event.metric?.kind === 'checklist') return `Replies are judged by the same model: ${event.metric.criteria.join(' ')}`;
      return event.metric ? `Answers are judged as: ${event.metric.kind}.` : 'The answers are free text.';
    case 'budget':
      return `At most ${plural(event.maxCalls, 'call')}, ${event.reserved} of them set aside for the verdict.`;
    case 'rows-made':
      return `The model wrote ${plural(event.rows.length, 'usable practice row')}; ${event.dropped.length} dropped.`;
    case 'rows-reviewed':
      return `${plural(event.rows.length, 'practice row')} in use.`;
    case 'candidate':
      return `New candidate ${event.candidate.id}: ${madeByWords(event.candidate.madeBy)} (${plural(event.tokens, 'token')}).`;
    case 'rejected':
      return `A proposal was dropped: ${WHY_NOT[event.reason]}.`;
    case 'preferred':
      return `Side by side on one input: ${event.share > 0.5 ? `the reply of ${event.candidate} was preferred` : event.share < 0.5 ? `that of ${event.against} was preferred` : 'neither was preferred in both orders'}.`;
    case 'rung':
      return `After ${plural(event.rows, 'row')} ${event.kept.join(', ') || 'none'} went on${event.dropped.length > 0 ? `, ${event.dropped.join(', ')} left` : ''}; ${plural(event.callsSaved, 'call')} saved.`;
    case 'headroom':
      return `Your prompt scored ${percent(event.mean)} on ${plural(event.rows, 'row')}${event.unreadable > 0 ? `, ${event.unreadable} unreadable` : ''}${event.enough ? ': little left to gain' : ''}.`;
    case 'acceptance':
      return `${event.candidate} ${wonLost(event)} against ${event.against}: ${event.accepted ? 'accepted' : 'not enough'}.`;
    case 'critique':
      return event.causes.length > 0
        ? `Causes named for ${event.candidate}: ${event.causes.map(bare).join('; ')}.`
        : `No cause was named for ${event.candidate}.`;
    case 'verdict-look':
      return `Verdict, look ${event.look}: the new prompt ${wonLost(event.comparison)} (${points(event.comparison.difference)} points); ${event.decided ? 'decided' : 'goes on'}.`;
    case 'note':
      return event.text;
    case 'done':
      return 'Done.';
    default:
      return null;
  }
}
