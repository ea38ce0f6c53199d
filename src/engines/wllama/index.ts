export { wllamaCapability } from './capability.ts';
export { createWllamaEngine } from './engine.ts';
export { here, importFile, remove } from './models.ts';
