/** What the site decided, as the build put it in; a bundle without it has the defaults. */
import { siteSettings, type SiteSettings } from './site.ts';

/** Put in by the build (vite.config.ts), checked; what was not given is absent. */
declare const __SITE_SETTINGS__: Partial<SiteSettings>;

export const builtSite: SiteSettings = siteSettings(typeof __SITE_SETTINGS__ === 'object' ? __SITE_SETTINGS__ : {});
