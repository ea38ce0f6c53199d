import { describe, expect, it } from 'vitest';
import { Queue } from '../../src/worker/queue.ts';

const item = (id: string) => ({ id });
const held = () => {
  let end = () => {};
  const work = new Promise<void>((resolve) => (end = resolve));
  return { work: () => work, end };
};

describe('the queue', () => {
  it('is full when as many wait as may, not before', () => {
    const queue = new Queue<{ id: string }>(2);
    for (const id of ['a', 'b']) {
      queue.add(item(id), held().work);
      expect(queue.full).toBe(false);
    }
    queue.add(item('c'), held().work);
    expect(queue.full).toBe(true);
    expect(queue.length).toBe(3);
  });

  it('drops one that waits, never the one at work', async () => {
    const queue = new Queue<{ id: string }>(3);
    const first = held();
    const done: string[] = [];
    queue.add(item('a'), first.work);
    queue.add(item('b'), async () => done.push('b'));
    queue.add(item('c'), async () => done.push('c'));
    expect(queue.drop('a')).toBe(false);
    expect(queue.drop('b')).toBe(true);
    expect(queue.find('b')).toBeUndefined();
    first.end();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(done).toEqual(['c']);
    expect(queue.length).toBe(0);
  });
});
