import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHeartbeat } from '../../src/app/client/heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the heartbeat', () => {
  it('lets a worker that answers live', async () => {
    const hung = vi.fn();
    const ping = vi.fn(async () => 1);
    const end = startHeartbeat({ ping, patience: () => 30_000, hung, now: () => Date.now() });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(hung).not.toHaveBeenCalled();
    expect(ping.mock.calls.length).toBeGreaterThan(50);
    end();
  });

  it('tells once when there was no answer for as long as the patience lasts now', async () => {
    const hung = vi.fn();
    let patience = 180_000;
    startHeartbeat({ ping: () => new Promise(() => {}), patience: () => patience, hung, now: () => Date.now() });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(hung).not.toHaveBeenCalled();
    patience = 30_000;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(hung).toHaveBeenCalledOnce();
  });

  it('does not blame the worker for the sleep of the whole page', async () => {
    const hung = vi.fn();
    let slept = 0;
    let answer: (value: unknown) => void = () => {};
    startHeartbeat({
      ping: () => new Promise((resolve) => (answer = resolve)),
      patience: () => 30_000,
      hung,
      now: () => Date.now() + slept,
    });
    await vi.advanceTimersByTimeAsync(6_000);
    slept = 3_600_000;
    await vi.advanceTimersByTimeAsync(6_000);
    answer(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(hung).not.toHaveBeenCalled();
  });

  it('is silent after its end', async () => {
    const hung = vi.fn();
    const end = startHeartbeat({ ping: () => new Promise(() => {}), patience: () => 10_000, hung, now: () => Date.now() });
    end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hung).not.toHaveBeenCalled();
  });
});
