/** Put in by the build (vite.config.ts). */

/** Settings given by the build's environment, checked; those not given are absent. */
declare const __BUILD_SETTINGS__: Partial<import('../promptwizard/settings.ts').Settings>;
/** Of the build's environment, checked; empty: none. Only an offer: the person confirms it. */
declare const __WEBHOOK_URL__: string;
/** Of package.json. */
declare const __APP_VERSION__: string;
