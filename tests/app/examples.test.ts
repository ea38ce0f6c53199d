import { describe, expect, it } from 'vitest';
import { countingRows } from '../../src/app/examples/counting.ts';
import { EXAMPLES } from '../../src/app/examples/examples.ts';
import { checkPrompt, checkRows } from '../../src/app/optimize/checks.ts';
import { chooseMetric } from '../../src/promptwizard/metrics/choose.ts';
import { metricOf } from '../../src/promptwizard/metrics/metric.ts';

const WORDS: Record<string, number> = { a: 1, an: 1, two: 2, three: 3, four: 4, five: 5 };
const KINDS: Record<string, RegExp> = {
  'musical instruments': /flute|cello|trumpet|banjo|harp|tuba|oboe|drum/,
  tools: /hammer|saw|chisel|wrench|drill|file|plane|crowbar/,
  'pieces of fruit': /plum|pear|mango|fig|lemon|peach|apple|quince/,
  'pieces of clothing': /scar|coat|shirt|hat|belt|skirt|jacket|vest/,
};

describe('the examples', () => {
  it.each(EXAMPLES.map((example) => [example.title, example] as const))(
    '%s is ready to run, with rows for a verdict',
    (_title, { task }) => {
      expect(task.rows.length).toBeGreaterThanOrEqual(24);
      expect(checkPrompt(task.prompt, 4096)).toBeNull();
      expect(checkRows(task)).toEqual([]);
      expect(new Set(task.rows.map((row) => row.question)).size).toBe(task.rows.length);
      const metric = metricOf(chooseMetric(task.rows)!);
      for (const row of task.rows) {
        const read = metric.read(`So <answer>${row.answer}</answer>`);
        expect(read).not.toBeNull();
        expect(metric.score(read!, row)).toBe(1);
      }
    },
  );
  it('counts right: the list says what the answer is', () => {
    for (const row of countingRows(60, 5)) {
      const [, list, kind] = /there are (.*)\. How many (.*) are in/.exec(row.question)!;
      const counted = list!
        .split(/, | and /)
        .filter((part) => KINDS[kind!]!.test(part))
        .reduce((sum, part) => sum + WORDS[part.split(' ')[0]!]!, 0);
      expect(String(counted), row.question).toBe(row.answer);
    }
  });
  it('is the same on every machine', () => {
    expect(countingRows(5, 11)).toEqual(countingRows(5, 11));
    expect(countingRows(5, 11)).not.toEqual(countingRows(5, 12));
  });
});
