/** Whether a delivery comes from one who knows the secret, and was signed just now. */

/** Seconds, in both directions. The app signs anew at each attempt. */
export const TOLERANCE = 300;

/** `v1=` and the HMAC-SHA256 of `timestamp.body`, hexadecimal. @param body as it came */
export async function sign(secret: string, timestamp: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const head = bytes.encode(`${timestamp}.`);
  const text = new Uint8Array(head.length + body.length);
  text.set(head);
  text.set(body, head.length);
  const hash = new Uint8Array(await crypto.subtle.sign('HMAC', key, text));
  return `v1=${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** null: sound; else what is wrong with it. @param now ms since 1970 */
export async function faultOf(headers: Headers, body: Uint8Array<ArrayBuffer>, secret: string, now: number): Promise<string | null> {
  const timestamp = headers.get('X-PromptEvolver-Timestamp') ?? '';
  const signature = headers.get('X-PromptEvolver-Signature') ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return 'X-PromptEvolver-Timestamp must hold the seconds since 1970.';
  if (!/^v1=[0-9a-f]{64}$/.test(signature))
    return 'X-PromptEvolver-Signature must be v1= and 64 hexadecimal digits: set the secret of this deployment in the app’s settings too.';
  if (!same(signature, await sign(secret, timestamp, body)))
    return 'X-PromptEvolver-Signature does not fit the body: the secrets of the app and of this deployment differ.';
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE)
    return 'X-PromptEvolver-Timestamp is more than 5 minutes away from the time here: check the clock of the sending machine.';
  return null;
}

/** Takes as long wherever two texts of one length differ, so that nobody finds a signature digit by digit. */
function same(a: string, b: string): boolean {
  let differ = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) differ |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return differ === 0;
}
