import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Player } from '../../src/app/recorded/player.svelte.ts';
import { clock, dayWords, intoRun, recordedWords } from '../../src/app/recorded/recordedWords.ts';
import { PLAY_MS, timeline } from '../../src/app/recorded/timeline.ts';
import type { RunEvent } from '../../src/promptwizard/events.ts';
import { emptyState, reduce } from '../../src/promptwizard/state.ts';
import { openRecording } from '../promptwizard/recording.ts';

const recording = await openRecording(new URL('../../public/recorded/run.json.gz', import.meta.url));
const { events } = recording;

const call = (ms: number): RunEvent => ({ type: 'call', n: 1, purpose: 'solve', hash: '', tokensIn: 1, tokensOut: 1, ms, finish: 'stop' });

describe('the timeline of a recorded run', () => {
  it('begins at 0, never goes back, and ends after the time that a person gives it', () => {
    const times = timeline(events);
    expect(times).toHaveLength(events.length);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBe(PLAY_MS);
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
    expect(PLAY_MS).toBeGreaterThanOrEqual(60_000);
    expect(PLAY_MS).toBeLessThanOrEqual(90_000);
  });
  it('gives calls their share, and a very long one no more than three of the middle ones', () => {
    const [a, b, c, d] = timeline([call(1000), call(1000), call(2000), call(900_000)]) as [number, number, number, number];
    expect(b - a).toBeCloseTo(a);
    expect(c - b).toBeCloseTo(2 * a, -1);
    expect(d - c).toBeLessThanOrEqual(3.01 * (c - b));
  });
  it('leaves time to read what is being done', () => {
    const times = timeline(events);
    events.forEach((event, i) => {
      if (event.type === 'phase') expect(times[i + 1]! - times[i]!).toBeGreaterThanOrEqual(500);
    });
  });
  it('holds up without calls, and without events', () => {
    expect(timeline([])).toEqual([]);
    expect(timeline([events[0]!, events.at(-1)!])).toEqual([0, PLAY_MS]);
  });
});

describe('the player', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', { hidden: false });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const whole = () => events.reduce(reduce, emptyState());

  it('shows the whole run in its time, and no more of it after', () => {
    const player = new Player(events);
    expect(player.view.state.input).not.toBeNull();
    player.play();
    vi.advanceTimersByTime(PLAY_MS / 2);
    expect(player.view.state.result).toBeNull();
    expect(player.view.state.seq).toBeGreaterThan(events.length / 5);
    vi.advanceTimersByTime(PLAY_MS / 2 + 1000);
    expect(player.view.state).toEqual(whole());
    expect([player.over, player.playing]).toEqual([true, false]);
  });
  it('takes a quarter of the time at fourfold speed', () => {
    const player = new Player(events);
    player.play();
    player.speed = 4;
    vi.advanceTimersByTime(PLAY_MS / 4 + 1000);
    expect(player.over).toBe(true);
  });
  it('stands still while it is paused or cannot be seen', () => {
    const player = new Player(events);
    player.play();
    vi.advanceTimersByTime(5000);
    player.pause();
    const { at } = player;
    vi.advanceTimersByTime(5000);
    expect(player.at).toBe(at);
    player.play();
    vi.stubGlobal('document', { hidden: true });
    vi.advanceTimersByTime(5000);
    expect(player.at).toBe(at);
  });
  it('skips to the end, and begins anew with nothing of the first time', () => {
    const player = new Player(events);
    player.play();
    vi.advanceTimersByTime(1000);
    player.skip();
    expect(player.view.state).toEqual(whole());
    player.restart();
    expect(player.playing).toBe(true);
    expect(player.view.state.result).toBeNull();
    expect(player.view.state.budget.calls).toBe(0);
    expect(player.turn).toBe(1);
    player.pause();
  });
});

describe('what a recording says of itself', () => {
  it('is its model, its day and its rows, from the file', () => {
    expect(recordedWords({ ...recording, model: 'Some 9B', date: '2031-02-03', rowsOf: 'sums' })).toBe(
      `Some 9B, 3 February 2031, ${recording.input.task.rows.length} rows of sums`,
    );
    const task = { ...recording.input.task, rows: [] };
    expect(recordedWords({ ...recording, input: { ...recording.input, task } })).toContain('without rows');
    expect(dayWords('2026-11-23')).toBe('23 November 2026');
  });
  it('tells times', () => {
    expect([clock(0), clock(65_400), intoRun(0), intoRun(240_000)]).toEqual(['0:00', '1:05', '', '4 min into the run']);
  });
});
