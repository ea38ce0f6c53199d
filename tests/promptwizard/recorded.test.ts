import { describe, expect, it } from 'vitest';
import { eventsOf, expectLawful } from './laws.ts';
import { readRecording, textKey } from './recording.ts';
import { replay } from './replay.ts';

const recording = await readRecording(new URL('../fixtures/recorded/smollm2-135m-standard.json.gz', import.meta.url));

describe('a recorded run of a real model', () => {
  it('replays to the same events, byte for byte', async () => {
    const events = await replay(recording, (text) => {
      const tokens = recording.tokens[textKey(text)];
      if (tokens === undefined) throw new Error('This text was not counted when the run was recorded.');
      return tokens;
    });
    expect(JSON.stringify(events)).toBe(JSON.stringify(recording.events));
  });
  it('keeps the laws of every run', () => {
    expectLawful(recording.input, recording.events);
  });
  it('went through mutation, examples, critique and verdict', () => {
    const phases = new Set(eventsOf(recording.events, 'phase').map((e) => e.phase));
    for (const phase of ['understand', 'mutate', 'race', 'examples', 'critique', 'verdict'] as const) expect(phases).toContain(phase);
  });
});
