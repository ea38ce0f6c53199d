export { wllamaCapability } from './capability.ts';
export { createWllamaEngine } from './engine.ts';
export { here, importFile, remove } from './models.ts';
export { checkStored, listStored, readStored } from './stored.ts';
export { removeFile } from './model-files.ts';
