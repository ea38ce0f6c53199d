/** Put in by the build (vite.config.ts). */

/** Settings given by the build's environment, checked; those not given are absent. */
declare const __BUILD_SETTINGS__: Partial<import('../promptwizard/settings.ts').Settings>;
/** Of package.json. */
declare const __APP_VERSION__: string;
/** Another one for every change of what decides how a run goes. */
declare const __METHOD_VERSION__: string;
