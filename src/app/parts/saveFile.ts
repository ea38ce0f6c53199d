/** Hands a file to the person, whatever its size: the browser copies it by itself. */
export function saveFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Safari reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const saveText = (name: string, text: string, type = 'text/plain'): void => saveFile(name, new Blob([text], { type }));
