import { afterEach, describe, expect, it } from 'vitest';
import { secretMark } from '../../../src/api/webhook.ts';
import { currentSecret, secret } from '../../../src/app/webhook/secret.ts';
import type { WebhookPreference } from '../../../src/store/preferences.ts';

const ORIGIN = 'https://a.example';
const kept = async (mark?: string, more: Partial<WebhookPreference> = {}): Promise<WebhookPreference> => ({
  allowed: ORIGIN,
  since: 0,
  own: false,
  signed: true,
  ...(mark === undefined ? {} : { mark: await secretMark(mark, ORIGIN) }),
  ...more,
});
afterEach(() => secret.set(null));

describe('the secret that signs', () => {
  it('is the one of this tab while it is the one that was typed last', async () => {
    expect(await currentSecret(await kept('one'))).toBeNull();
    secret.set('one');
    expect(await currentSecret(await kept('one'))).toBe('one');
    expect(await currentSecret(await kept('two'))).toBeNull();
  });
  it('is the stored one before that of the tab', async () => {
    secret.set('one');
    expect(await currentSecret(await kept('two', { secret: 'two' }))).toBe('two');
  });
  it('is that of the tab where none was marked yet', async () => {
    secret.set('one');
    expect(await currentSecret(await kept())).toBe('one');
  });
});
