import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/promptwizard/events.ts';
import { eventsOf, expectLawful } from './laws.ts';
import { openRecording, textKey } from './recording.ts';
import { replay } from './replay.ts';

/** Recorded with `npm run record`, each with the steps that it went through; the last is the one that the app shows. */
const RECORDED: [file: string, steps: Phase[]][] = [
  ['tests/fixtures/recorded/smollm2-135m-thorough.json.gz', ['understand', 'mutate', 'race', 'fresh', 'reason', 'critique', 'persona', 'keywords', 'verdict']],
  ['tests/fixtures/recorded/smollm2-135m-standard.json.gz', ['understand', 'mutate', 'race', 'fresh', 'critique', 'verdict']],
  ['tests/fixtures/recorded/qwen-standard.json.gz', ['understand', 'mutate', 'race', 'fresh', 'reason', 'critique', 'refine', 'verdict']],
  ['tests/fixtures/recorded/smollm2-135m-quick-no-rows.json.gz', ['understand', 'make-rows']],
  ['public/recorded/run.json.gz', ['race', 'verdict']],
]; // prettier-ignore

describe.each(RECORDED)('a recorded run of a real model: %s', async (file, steps) => {
  const recording = await openRecording(new URL(`../../${file}`, import.meta.url));

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
  it('went through its steps', () => {
    const phases = eventsOf(recording.events, 'phase').map((e) => e.phase);
    for (const step of steps) expect(phases).toContain(step);
  });
});
