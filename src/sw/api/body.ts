import { tooLarge } from '../../api/errors.ts';
import { MOST_BYTES } from '../../api/limits.ts';

/** The bytes of a body; of one that is too large no more than shows that. @throws ApiError body_too_large */
export async function readLimited(request: Request): Promise<Uint8Array> {
  // Some browsers have no stream here.
  if (!request.body) {
    const blob = await request.blob();
    if (blob.size > MOST_BYTES) throw tooLarge();
    return new Uint8Array(await blob.arrayBuffer());
  }
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    length += next.value.length;
    if (length <= MOST_BYTES) continue;
    reader.cancel().catch(() => {});
    throw tooLarge();
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
