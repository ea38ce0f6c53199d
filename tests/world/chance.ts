/** Cheap seeded chance: one hash a draw. The seeded generator costs fifty times as much, and every reply needs three. */

/** A whole number of 32 bits from a text (FNV-1a). */
export function textHash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Uniform in (0, 1) from whole numbers, mixed one after the other as MurmurHash3 does (A. Appleby, public domain). */
export function uniform(...parts: number[]): number {
  let h = 0x9747b28c;
  for (const part of parts) {
    const k = Math.imul(part, 0xcc9e2d51);
    h ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

/** Standard normal (Box and Muller, 1958). */
export const normal = (...parts: number[]): number =>
  Math.sqrt(-2 * Math.log(uniform(1, ...parts))) * Math.cos(2 * Math.PI * uniform(2, ...parts));

/** The standard normal's distribution function (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}
