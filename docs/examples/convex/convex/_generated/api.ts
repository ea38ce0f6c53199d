/* eslint-disable */
/** What `npx convex codegen` makes, without its comments. Made anew by `npx convex dev`. */
import type { ApiFromModules, FilterApi, FunctionReference } from 'convex/server';
import { anyApi } from 'convex/server';
import type * as delivery from '../delivery.js';
import type * as fallback from '../fallback.js';
import type * as health from '../health.js';
import type * as http from '../http.js';
import type * as optimize from '../optimize.js';
import type * as rewrite from '../rewrite.js';
import type * as sessions from '../sessions.js';
import type * as settings from '../settings.js';
import type * as signature from '../signature.js';
import type * as webhook from '../webhook.js';

const fullApi: ApiFromModules<{
  delivery: typeof delivery;
  fallback: typeof fallback;
  health: typeof health;
  http: typeof http;
  optimize: typeof optimize;
  rewrite: typeof rewrite;
  sessions: typeof sessions;
  settings: typeof settings;
  signature: typeof signature;
  webhook: typeof webhook;
}> = anyApi as any;

export const api: FilterApi<typeof fullApi, FunctionReference<any, 'public'>> = anyApi as any;
export const internal: FilterApi<typeof fullApi, FunctionReference<any, 'internal'>> = anyApi as any;
