import { describe, expect, it } from 'vitest';
import { factsOf, outcomeOf } from '../../src/app/history/runWords.ts';
import { exportJson } from '../../src/app/result/exportJson.ts';
import { shownMessages } from '../../src/app/result/shownMessages.ts';
import { readWords, replyLimit } from '../../src/app/result/trying.ts';
import { baseSettings, readTyped } from '../../src/app/settings/layers.ts';
import { defaultSettings } from '../../src/promptwizard/settings.ts';
import { emptyState, reduce } from '../../src/promptwizard/state.ts';
import { storedRun } from './doubles/storedRun.ts';

describe('a result', () => {
  it('is exported with its version, its prompt and what it was measured on', async () => {
    const { record, events } = await storedRun('run', { plan: 'quick' });
    const result = events.reduce(reduce, emptyState()).result!;
    const exported = JSON.parse(exportJson(record, result)) as Record<string, unknown>;
    expect(exported).toMatchObject({
      format: 'promptevolver-result',
      version: 1,
      run_id: 'run',
      optimized_prompt: result.optimizedPrompt,
      messages: result.messages,
      quality: result.quality,
    });
    expect(outcomeOf(record)).toMatch(/better|gain|decided/);
    expect(factsOf(record)).toContain('plan quick');
  });
  it('shows the open place of the question only when it is the prompt’s own', () => {
    const messages = [{ role: 'user' as const, content: 'Add.\n\n{{question}}' }];
    expect(shownMessages({ messages, originalPrompt: 'Add.' })[0]?.content).toBe('Add.');
    expect(shownMessages({ messages, originalPrompt: 'Add.\n\n{{question}}' })[0]?.content).toBe('Add.\n\n{{question}}');
  });
});

describe('a prompt tried on a new input', () => {
  const asked = { question: '1 + 1' };
  const noCode = () => Promise.reject(new Error('not asked for'));
  const whole = { text: 'Answer: 2', finish: 'stop' } as const;

  it('has the room for its reply that the run gave', () => {
    expect(replyLimit(512, 'trial', { kind: 'number' })).toBe(96);
    expect(replyLimit(512, 'trial', { kind: 'checklist', criteria: [] })).toBe(200);
    expect(replyLimit(512, 'quick', null)).toBe(512);
  });
  it('is read as in a run, by the person’s pattern too', async () => {
    expect(await readWords({ kind: 'number' }, whole, asked, noCode)).toBe('2');
    expect(await readWords({ kind: 'custom', code: '() => 1' }, { ...whole, text: '<answer>2</answer>' }, asked, noCode)).toBe('2');
    const pattern = { kind: 'regex', pattern: 'Answer: (.+)' } as const;
    expect(await readWords(pattern, whole, asked, () => Promise.resolve({ ok: true, value: ['Answer: 2', '2'] }))).toBe('2');
    expect(await readWords(pattern, whole, asked, () => Promise.resolve({ ok: true, value: null }))).toBe('unreadable');
    expect(await readWords(pattern, whole, asked, () => Promise.resolve({ ok: false, error: 'Too slow.' }))).toBe('Too slow.');
  });
  it('is not read where a judge or the right answer would be needed', async () => {
    expect(await readWords(null, whole, asked, noCode)).toBeNull();
    expect(await readWords({ kind: 'checklist', criteria: ['Is it short?'] }, whole, asked, noCode)).toBeNull();
    expect(await readWords({ kind: 'regex', pattern: 'is {{answer}}' }, whole, asked, noCode)).toBeNull();
  });
  it('counts a reply that was cut as unreadable, unless its answer was already closed', async () => {
    expect(await readWords({ kind: 'number' }, { text: 'It is 2 and', finish: 'length' }, asked, noCode)).toBe('unreadable');
    expect(await readWords({ kind: 'number' }, { text: '<answer>2</answer> be', finish: 'length' }, asked, noCode)).toBe('2');
    expect(await readWords({ kind: 'number' }, { text: '<answer>2</answer> be', finish: 'timeout' }, asked, noCode)).toBe('unreadable');
  });
});

describe('settings from what was typed', () => {
  it('lay over those below, and name what cannot be read', () => {
    const base = baseSettings({ topN: 2 }, { temperature: 0.2 });
    const { settings, errors } = readTyped(base, { mutationRounds: '5', topN: '99', seed: '', generateReasoning: false });
    expect(settings).toEqual({ ...defaultSettings(), topN: 2, temperature: 0.2, mutationRounds: 5, generateReasoning: false });
    expect(Object.keys(errors)).toEqual(['topN']);
    expect(errors.topN).toContain('top_n must be a whole number from 1 to 8');
  });
  it('fall back to the build’s where a saved value no longer fits', () => {
    expect(baseSettings({}, { topN: 99 as number }).topN).toBe(defaultSettings().topN);
  });
});
