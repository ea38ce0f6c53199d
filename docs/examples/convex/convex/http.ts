import { httpRouter } from 'convex/server';
import { health } from './health.ts';
import { preflight, receive } from './webhook.ts';

const http = httpRouter();
http.route({ path: '/api/webhook', method: 'POST', handler: receive });
http.route({ path: '/api/webhook', method: 'OPTIONS', handler: preflight });
http.route({ path: '/api/health', method: 'GET', handler: health });
export default http;
