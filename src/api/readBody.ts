/** A body's bytes as JSON, within limits. */
import { ApiError, tooLarge } from './errors.ts';
import { MOST_BYTES, MOST_DEPTH } from './limits.ts';

/** @throws ApiError bad_json, body_too_large, too_deep */
export function readBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new ApiError('bad_json', 'The body is empty. Send a JSON object with a prompt.');
  if (bytes.length > MOST_BYTES) throw tooLarge();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('bad_json', 'The body is not valid UTF-8. Send JSON in UTF-8.');
  }
  // Before it is parsed: what is checked afterwards is checked by functions that call themselves.
  if (depthOf(text) > MOST_DEPTH)
    throw new ApiError('too_deep', `The body has more than ${MOST_DEPTH} objects or lists inside each other.`, { field: 'body' });
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new ApiError('bad_json', 'The body is not JSON. Send a JSON object with a prompt.');
  }
}

/** Of brackets outside of strings; of a text that is no JSON, something near it. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 92) i++;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 123 || code === 91) most = Math.max(most, ++depth);
    else if (code === 125 || code === 93) depth--;
  }
  return most;
}
