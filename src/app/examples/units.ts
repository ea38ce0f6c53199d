/** Amounts in one unit, asked for in another; a few need two steps. Whole numbers by construction. */
import { createRng } from '../../promptwizard/random.ts';
import type { Row } from '../../promptwizard/types.ts';
import type { Example } from './example.ts';
import { distinct } from './distinct.ts';

const UNITS = [
  { big: 'kilometres', small: 'metres', factor: 1000, of: 'a path of' },
  { big: 'hours', small: 'minutes', factor: 60, of: 'a journey of' },
  { big: 'kilograms', small: 'grams', factor: 1000, of: 'a parcel of' },
  { big: 'dozens', small: 'pieces', factor: 12, of: 'an order of' },
  { big: 'weeks', small: 'days', factor: 7, of: 'a holiday of' },
  { big: 'litres', small: 'millilitres', factor: 1000, of: 'a jug of' },
] as const;

export function unitRows(n: number, seed: number): Row[] {
  const random = createRng(seed);
  return distinct(n, (i): Row => {
    const { big, small, factor, of } = random.pick(UNITS);
    const whole = 2 + random.int(7);
    const rest = 2 + random.int(factor - 2);
    const times = 2 + random.int(3);
    const kind = random.int(3);
    const [question, answer] =
      kind === 0
        ? [`How many ${small} are ${of} ${whole} ${big} and ${rest} ${small}?`, whole * factor + rest]
        : kind === 1
          ? [`How many ${small} are ${of} ${whole} ${big}, ${times} times over?`, whole * factor * times]
          : [`From ${of} ${whole} ${big}, ${rest} ${small} are taken off. How many ${small} are left?`, whole * factor - rest];
    return { id: `r${i + 1}`, question, answer: String(answer), origin: 'user' };
  });
}

export const units: Example = {
  id: 'units',
  title: 'Changing units',
  about: 'Forty amounts, to be given in the smaller unit. A number.',
  task: { prompt: '{{question}}\nGive the amount.', rows: unitRows(40, 37) },
};
