/** Whether a file is a model, whatever its name: a GGUF begins with these four letters. False when it cannot be read. */
export async function isGguf(file: Blob): Promise<boolean> {
  try {
    return (await file.slice(0, 4).text()) === 'GGUF';
  } catch {
    return false;
  }
}
