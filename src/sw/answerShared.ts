import { answerShare, SHARE_PATH } from './share.ts';

declare const self: ServiceWorkerGlobalScope;

/** null: something else. */
export function answerShared({ request }: FetchEvent): Promise<Response> | null {
  const home = self.registration.scope;
  return request.method === 'POST' && request.url === new URL(SHARE_PATH, home).href ? answerShare(request, home) : null;
}
