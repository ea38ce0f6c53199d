/** Folders and files by the browser's own pickers. */
import type { GivenFile } from '../../../worker/protocol.ts';

/** Of Chromium on computers; not in the types yet. */
type PickFolder = (options: { mode: 'readwrite'; id: string }) => Promise<FileSystemDirectoryHandle>;

const picker = (): PickFolder | undefined => (window as { showDirectoryPicker?: PickFolder }).showDirectoryPicker;

/** Whether this browser can write into a folder; else an export is one zip. */
export const canPickFolder = (): boolean => typeof picker() === 'function';

/** Null: the person changed their mind. @throws for a folder that the browser does not give */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return await picker()!.call(window, { mode: 'readwrite', id: 'models' });
  } catch (error) {
    if ((error as Error).name === 'AbortError') return null;
    throw new Error('The browser did not give that folder to the page. Choose another one, such as a new folder in your documents.', {
      cause: error,
    });
  }
}

/** What an `<input type=file>` holds, of a folder with the paths in it. */
export const givenFiles = (files: FileList): GivenFile[] =>
  Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
