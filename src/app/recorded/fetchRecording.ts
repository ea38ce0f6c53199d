/** The recorded run that ships with the app, fetched when somebody wants to see it. */
import { MOST_CHARACTERS, readRecording, type Recording } from '../../formats/recording.ts';

/** @throws Error with a sentence for a person */
export async function fetchRecording(signal?: AbortSignal): Promise<Recording> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await fetch(new URL('recorded/run.json.gz', document.baseURI), { signal });
    if (!response.ok) throw new Error(String(response.status));
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Error('The recorded run could not be fetched. Please check the connection and try again.');
  }
  return readRecording(await textOf(bytes));
}

/** Some hosts send a .gz file as it lies there, others have the browser unpack it: its first bytes tell. */
async function textOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    // No further than any run goes: a small file can unpack to a very large one.
    for (let piece = await reader.read(); !piece.done && text.length <= MOST_CHARACTERS; piece = await reader.read())
      text += decoder.decode(piece.value, { stream: true });
    return text + decoder.decode();
  } catch {
    throw new Error('The recorded run did not arrive whole. Please try again.');
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
