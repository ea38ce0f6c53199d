import { describe, expect, it } from 'vitest';
import { parseRoute, runHash } from '../../src/app/route.ts';

describe('the page’s places', () => {
  it('reads every place from the hash', () => {
    expect(
      ['', '#', '#/', '#/runs', '#/recorded', '#/models', '#/settings', '#/api', '#/help'].map((hash) => parseRoute(hash).page),
    ).toEqual(['optimize', 'optimize', 'optimize', 'runs', 'recorded', 'models', 'settings', 'api', 'help']);
  });
  it('finds a run by its id, whatever signs the id has', () => {
    const id = 'a/b c?ü';
    expect(parseRoute(runHash(id))).toEqual({ page: 'run', run: id, stored: false });
    expect(parseRoute(runHash(id, true))).toEqual({ page: 'run', run: id, stored: true });
  });
  it.each(['#/nothing', '#/runs/a/b', '#/models/x', '#/runs/%E0%A4%A'])('says that %s is no place', (hash) => {
    expect(parseRoute(hash).page).toBe('unknown');
  });
});
