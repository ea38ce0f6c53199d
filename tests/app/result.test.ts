import { describe, expect, it } from 'vitest';
import { factsOf, outcomeOf } from '../../src/app/history/runWords.ts';
import { exportJson } from '../../src/app/result/exportJson.ts';
import { shownMessages } from '../../src/app/result/shownMessages.ts';
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
