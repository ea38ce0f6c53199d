/** Guests' remarks with a label that follows from how they are built: what is said last, and how strongly, decides. */
import { createRng } from '../../promptwizard/random.ts';
import type { Row } from '../../promptwizard/types.ts';
import type { Example } from './example.ts';
import { distinct } from './distinct.ts';

const TOPICS = ['the room', 'the breakfast', 'the staff', 'the view', 'the bed', 'the garden', 'the bathroom', 'the bar'];
const GOOD = ['was a joy', 'could not have been better', 'made our stay', 'was far better than we had hoped', 'deserves every star'];
const BAD = ['was a disappointment', 'ruined the evening', 'left us wishing for another place', 'was not worth the money', 'let us down'];
const PLAIN = [
  'was on the second floor',
  'was closed on Sunday',
  'was as the photographs show it',
  'was next to the lift',
  'was open until ten',
];

type Label = 'positive' | 'negative' | 'neutral';

export function feedbackRows(n: number, seed: number): Row[] {
  const random = createRng(seed);
  const labels: Label[] = ['positive', 'negative', 'neutral'];
  const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  return distinct(n, (i): Row => {
    const label = labels[i % 3]!;
    const [first, second] = random.sample(TOPICS, 2) as [string, string];
    let question: string;
    if (label === 'neutral') question = `${upper(first)} ${random.pick(PLAIN)}, and ${second} ${random.pick(PLAIN)}.`;
    else {
      const [main, contrary] = label === 'positive' ? [GOOD, BAD] : [BAD, GOOD];
      // A remark that turns: the part after "in the end" is the guest's own sum of it.
      question =
        random.int(2) === 0
          ? `${upper(first)} ${random.pick(PLAIN)}; ${second} ${random.pick(main)}.`
          : `${upper(first)} ${random.pick(contrary)}, but in the end what counts is ${second}: it ${random.pick(main)}.`;
    }
    return { id: `r${i + 1}`, question, answer: label, origin: 'user' };
  });
}

export const feedback: Example = {
  id: 'feedback',
  title: 'Sorting guests’ remarks',
  about: 'Forty-two remarks about a hotel: positive, negative or neutral. A label.',
  task: { prompt: 'What does the guest think? Say positive, negative or neutral.', rows: feedbackRows(42, 23) },
};
