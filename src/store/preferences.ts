/** What the page remembers between visits: settings, the form as it was left, the chosen model and plan. */
import type { ModelRef } from '../engines/engine.ts';
import type { Settings } from '../promptwizard/settings.ts';
import type { PlanName, Task } from '../promptwizard/types.ts';
import type { Store } from './open.ts';
import { finished } from './transaction.ts';

/** A model by file or address, which no catalogue knows. */
export interface OwnModel {
  ref: ModelRef;
  title: string;
  /** 0 when unknown. */
  bytes: number;
  /** False: only a part of it was downloaded. */
  here: boolean;
}

/** Where finished runs are sent. */
export interface WebhookPreference {
  /** As typed; absent: the one that the build offers. */
  url?: string;
  /** The origin that the person confirmed; null: nothing is sent. */
  allowed: string | null;
  /** Milliseconds since 1970: runs begun before the confirmation are not sent. */
  since: number;
  /** Also runs that were started on the page. */
  own: boolean;
  /** There is a secret: without it nothing is sent. */
  signed: boolean;
  /** Of the secret that was typed last: a tab that has another one sends nothing. */
  mark?: string;
  /** Only when the person asked to keep it. */
  secret?: string;
}

/** A model that was whole on this machine: when it no longer is, and nobody removed it, the browser made room. */
export interface TakenModel {
  ref: ModelRef;
  title: string;
  /** 0 when unknown. */
  bytes: number;
}

/** What another app shared with this one, until the page has taken it. */
export interface Shared {
  id: string;
  /** Becomes the prompt; empty: only files came. */
  text: string;
  /** Each becomes rows. */
  files: File[];
  /** Names of files that were too large. */
  refused: string[];
  /** More came than may wait. */
  missed?: true;
}

/** Another site that may ask for optimizations without asking the person again. */
export interface AllowedSite {
  origin: string;
  /** Milliseconds since 1970. */
  since: number;
}

export interface Preferences {
  /** Only what the person changed; the rest follows the defaults of the build. */
  settings: Partial<Settings>;
  /** The form as typed, saved on every pause in typing: nothing typed is lost. */
  draft: { task: Partial<Task>; extra?: Record<string, unknown> };
  model: ModelRef;
  /** Those the person took in; gone from the list once removed. */
  ownModels: OwnModel[];
  /** Keys of the person's servers that were asked to be remembered, by address. Readable by whoever can use this browser. */
  serverKeys: Record<string, string>;
  plan: PlanName;
  webhook: WebhookPreference;
  taken: TakenModel[];
  shared: Shared[];
  /** The person has said no to the offer of installing the page. */
  installRefused: true;
  sites: AllowedSite[];
}

export async function readPreference<K extends keyof Preferences>(store: Store, key: K): Promise<Preferences[K] | undefined> {
  return (await store.get('preferences', key))?.value as Preferences[K] | undefined;
}

/** `undefined` forgets. The value must be plain data. */
export async function writePreference<K extends keyof Preferences>(store: Store, key: K, value: Preferences[K] | undefined): Promise<void> {
  const tx = store.transaction('preferences', 'readwrite');
  await finished<unknown>(tx, value === undefined ? tx.store.delete(key) : tx.store.put({ key, version: 1, value }));
}
