import { describe, expect, test } from 'vitest';
import { answerSpan, markAnswer, stripThinking } from '../../../src/promptwizard/metrics/reading.ts';

describe('stripThinking', () => {
  test.each([
    ['<think>2 + 2</think>4', '4'],
    ['<THINK>\na\n</think>\n\n4', '\n\n4'],
    ['a<think>b</think>c<thinking>d</thinking>e', 'ace'],
    ['so far <think>never closed, 5', 'so far '],
    ['opened by the template</think>4', '4'],
    ['I think < 5', 'I think < 5'],
  ])('%j → %j', (output, kept) => expect(stripThinking(output)).toBe(kept));
});

describe('answerSpan', () => {
  test.each([
    ['So it is <answer>42</answer>.', '42', 'mark'],
    ['<answer>1</answer> no, <ANSWER> 2 </ANSWER>', '2', 'mark'],
    ['< answer >2< / answer >', '2', 'mark'],
    ['**<answer>2</answer>**', '2', 'mark'],
    ['<answer>two\nlines</answer>', 'two\nlines', 'mark'],
    ['<answer>2', '2', 'mark'],
    ['<answer>2</ans', '2', 'mark'],
    ['<answer>2<answer>', '2', 'mark'],
    ['<answer>2\n\nI counted them one by one: 7.', '2', 'mark'],
    ['I will use <answer></answer> tags: <answer>2</answer>', '2', 'mark'],
    ['<answer>2</answer> as asked in <answer>…</answer>', '2', 'mark'],
    ['<answer>2</answer>. I used the <answer> tag.', '2', 'mark'],
    ['<answer>outer <answer>2</answer>', '2', 'mark'],
    ['<think><answer>1</answer></think><answer>2</answer>', '2', 'mark'],
    ['The final answer is 5. I added 2 and 3.', '5', 'phrase'],
    ['**Final Answer:** 5', '** 5', 'phrase'],
    ['### Final Answer\n\n5\n', '5', 'phrase'],
    ['The answer is as follows:\n5', '5', 'phrase'],
    ['Answer: 5\nBecause 2 and 3.', '5', 'phrase'],
    ['Answer: 5. I added 2 and 3.', '5', 'phrase'],
    ['The answer to the question is Dr. No', 'Dr. No', 'phrase'],
    ['It is \\boxed{\\frac{3}{4}}.', '\\frac{3}{4}', 'boxed'],
    ['The final answer is \\boxed{5}', '5', 'boxed'],
    ['2 + 3 = 5\n#### 5', '5', 'hashes'],
    ['#### Step 1\nadd them', '#### Step 1\nadd them', 'whole'],
    ['just 5', 'just 5', 'whole'],
    ['The answer is not 5', 'The answer is not 5', 'whole'],
    ['<answer></answer> 5', '5', 'whole'],
    ['', '', 'whole'],
  ])('%j', (output, span, from) => {
    const found = answerSpan(output);
    expect(found).toEqual({ span, from });
  });

  test('an example shows the mark that reading looks for', () => {
    expect(markAnswer(' $& <b> ')).toBe('<answer>$& <b></answer>');
    expect(answerSpan(markAnswer('$& <b>')).span).toBe('$& <b>');
  });
});
