/** The sites that need not ask again. They are kept by the app of this address, not by its frames in other sites. */
import type { AllowedSite } from '../../store/preferences.ts';
import { readPreference, writePreference } from '../client/preferences.ts';
import { isProven } from './proven.ts';

const MOST = 200;

/** The newest last; none where nothing can be stored. */
export const allowedSites = async (): Promise<AllowedSite[]> => (await readPreference('sites').catch(() => undefined)) ?? [];

export const isAllowed = async (origin: string): Promise<boolean> => (await allowedSites()).some((site) => site.origin === origin);

/** Passes over a site that could be somebody else the next time. @throws StoreError */
export async function allowSite(origin: string): Promise<void> {
  if (!isProven(origin)) return;
  const others = (await allowedSites()).filter((site) => site.origin !== origin);
  await writePreference('sites', [...others, { origin, since: Date.now() }].slice(-MOST));
}

/** @returns those that are left. @throws StoreError */
export async function removeSite(origin: string): Promise<AllowedSite[]> {
  const others = (await allowedSites()).filter((site) => site.origin !== origin);
  await writePreference('sites', others.length > 0 ? others : undefined);
  return others;
}
