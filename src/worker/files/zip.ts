/** The package for zips, without what of it needs other files: no workers of its own, no WebAssembly. */
import { configure } from '@zip.js/zip.js/lib/zip-core-custom.js';

configure({ useWebWorkers: false });

export { BlobReader, ZipReader, ZipWriter, type Entry, type FileEntry } from '@zip.js/zip.js/lib/zip-core-custom.js';
