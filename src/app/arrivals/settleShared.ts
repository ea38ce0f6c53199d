import { SHARED_HASH } from '../route.ts';

/** Forgets what was shared: it has its place, or the person does not want it. */
export async function settleShared(): Promise<void> {
  if (location.hash === SHARED_HASH) history.replaceState(null, '', '#/');
  const { writePreference } = await import('../client/preferences.ts');
  await writePreference('shared', undefined);
}
