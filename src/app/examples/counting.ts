/** Things of a kind among other things: the number of those asked for is known because the rows are made from it. */
import { createRng } from '../../promptwizard/random.ts';
import type { Row } from '../../promptwizard/types.ts';
import type { Example } from './example.ts';
import { distinct } from './distinct.ts';

const KINDS = {
  'musical instruments': ['a flute', 'a cello', 'a trumpet', 'a banjo', 'a harp', 'a tuba', 'an oboe', 'a drum'],
  tools: ['a hammer', 'a saw', 'a chisel', 'a wrench', 'a drill', 'a file', 'a plane', 'a crowbar'],
  'pieces of fruit': ['a plum', 'a pear', 'a mango', 'a fig', 'a lemon', 'a peach', 'an apple', 'a quince'],
  'pieces of clothing': ['a scarf', 'a coat', 'a shirt', 'a hat', 'a belt', 'a skirt', 'a jacket', 'a vest'],
} as const;
const NUMBERS = ['two', 'three', 'four', 'five'] as const;
const PLURALS: Readonly<Record<string, string>> = { shelf: 'shelves', scarf: 'scarves', peach: 'peaches' };

function several(thing: string, n: number): string {
  const noun = thing.replace(/^an? /, '');
  return `${NUMBERS[n - 2]} ${PLURALS[noun] ?? noun + 's'}`;
}

export function countingRows(n: number, seed: number): Row[] {
  const random = createRng(seed);
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  return distinct(n, (i): Row => {
    const [asked, other] = random.sample(kinds, 2) as [keyof typeof KINDS, keyof typeof KINDS];
    let total = 0;
    const parts: string[] = [];
    for (const thing of random.sample(KINDS[asked], 2 + random.int(3))) {
      const many = random.int(3) === 0 ? 2 + random.int(4) : 1;
      total += many;
      parts.push(many === 1 ? thing : several(thing, many));
    }
    for (const thing of random.sample(KINDS[other], 1 + random.int(3)))
      parts.push(random.int(3) === 0 ? several(thing, 2 + random.int(3)) : thing);
    const mixed = random.sample(parts, parts.length);
    const list = mixed.slice(0, -1).join(', ') + ' and ' + mixed.at(-1);
    return {
      id: `r${i + 1}`,
      question: `In the box there are ${list}. How many ${asked} are in the box?`,
      answer: String(total),
      origin: 'user',
    };
  });
}

export const counting: Example = {
  id: 'counting',
  title: 'Counting things',
  about: 'Forty boxes of things; how many are of one kind? A number.',
  task: { prompt: 'Answer the question.', rows: countingRows(40, 11) },
};
