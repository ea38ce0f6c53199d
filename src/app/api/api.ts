/** This page's API for pages of its own origin. */
import { createApi } from '../../api/handler.ts';
import { createPageHost } from './pageHost.ts';

export const api = createApi(createPageHost({ by: 'api' }));
