const DAY = 86_400_000;

/** The header's seconds or date as milliseconds from now, a day at most; null: it says nothing that can be read. */
export function retryAfter(header: string | null, now = Date.now()): number | null {
  if (header === null || header.trim() === '') return null;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.min(DAY, Math.max(0, ms));
}
