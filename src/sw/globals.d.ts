/** Put in by the build (vite.config.ts). */
declare const __POLICY__: string;

interface ServiceWorkerGlobalScope {
  /** Every file of the build. */
  readonly __WB_MANIFEST: readonly import('./protocol.ts').BuildFile[];
}
