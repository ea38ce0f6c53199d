import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { MOST_WAITING, readShares, settleShare } from '../../src/store/shared.ts';
import { answerShare, readShared } from '../../src/sw/share.ts';
import { freshConnection } from '../store/fresh.ts';

const HOME = 'https://example.org/app/';
let connection: Connection;
beforeEach(() => {
  connection = freshConnection();
});

const form = (fields: Record<string, string | File>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
};
const post = (body: BodyInit, headers?: HeadersInit) => new Request(`${HOME}share`, { method: 'POST', body, headers });
const kept = () => connection.use(readShares);
const share = (text: string) => answerShare(post(form({ text })), HOME, connection);
const texts = async () => (await kept()).map(({ text }) => text);

describe('what another app shares', () => {
  it('is put aside for the page, and leads to the form', async () => {
    const answer = await answerShare(post(form({ title: 'A page', text: 'Answer with the number.' })), HOME, connection);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('https://example.org/app/index.html#/?shared');
    expect(await kept()).toEqual([{ id: expect.any(String), text: 'Answer with the number.', files: [], refused: [] }]);
  });

  it.each([
    [{ text: 'Read this', url: 'https://a.example/x' }, 'Read this\nhttps://a.example/x'],
    [{ text: 'See https://a.example/x', url: 'https://a.example/x' }, 'See https://a.example/x'],
    [{ title: 'Only a title' }, 'Only a title'],
    [{ url: 'https://a.example/x' }, 'https://a.example/x'],
    [{}, ''],
  ])('%j is the text %j', (fields, text) => {
    expect(readShared(form(fields as Record<string, string>)).text).toBe(text);
  });

  it('waits behind what came before, and takes the place of none', async () => {
    await Promise.all([share('one'), share('two')]);
    expect((await texts()).sort()).toEqual(['one', 'two']);
    const [first, second] = await kept();
    await connection.use((store) => settleShare(store, first!.id));
    expect(await kept()).toEqual([second]);
    await connection.use((store) => settleShare(store, second!.id, { ...second!, text: '' }));
    expect(await texts()).toEqual(['']);
    await connection.use((store) => settleShare(store, second!.id));
    expect(await kept()).toEqual([]);
  });

  it('is not kept when too much waits already, and that is told', async () => {
    for (let i = 0; i <= MOST_WAITING; i++) await share(`number ${i}`);
    expect(await texts()).toEqual(Array.from({ length: MOST_WAITING }, (_, i) => `number ${i}`));
    expect((await kept()).map(({ missed }) => missed ?? false)).toEqual([...Array<boolean>(MOST_WAITING - 1).fill(false), true]);
  });

  it('keeps files of rows, and names those that are too large or too many', () => {
    const made = form({ files: new File(['a,b'], 'a.csv') });
    made.append('files', new File([new Uint8Array(21 * 2 ** 20)], 'huge.csv'));
    made.append('files', new File([], 'empty.csv'));
    for (let i = 0; i < 10; i++) made.append('files', new File(['x'], `${i}.csv`));
    const { files, refused } = readShared(made);
    expect(files).toHaveLength(9);
    expect(files[0]!.name).toBe('a.csv');
    expect(refused).toEqual(['huge.csv', '8.csv', '9.csv']);
  });

  it('leads to the form whatever was sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('multipart/form-data; boundary=x', 'multipart/form-data', 'text/plain'),
        async (body, type) => {
          const answer = await answerShare(post(new Uint8Array(body), { 'content-type': type }), HOME, connection);
          expect(answer.status).toBe(303);
        },
      ),
      { numRuns: 50 },
    );
    expect(await kept()).toEqual([]);
  });
});
