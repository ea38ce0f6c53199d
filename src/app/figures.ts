/** Numbers as a person reads them. One locale, so that every figure of the page looks the same. */

/** Rounded, in groups of three: `61,204`. By hand: the first `Intl.NumberFormat` of a page takes over 20 ms. */
export const count = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

/** A noun with its number: `1 row`, `2 rows`. */
export const plural = (n: number, one: string, many = one + 's'): string => `${count(n)} ${n === 1 ? one : many}`;

/** A share in [0,1]: `47 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A difference in [-1,1] in points, with its sign: `+26`, `−3`, `0`. */
export function points(difference: number): string {
  const rounded = Math.round(difference * 100);
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : '0';
}

/** Decimal bytes, as disks and downloads are sold: `2.3 GB`, `98 MB`. */
export function bytes(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(1)} GB`;
  if (n >= 1e6) return `${Math.round(n / 1e6)} MB`;
  if (n >= 1e3) return `${Math.round(n / 1e3)} kB`;
  return `${n} bytes`;
}

/** A wait that is still ahead: `40 s`, `4 min`, `1 h 10 min`. */
export function wait(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A forecast in minutes: `4–9 min`, `about 3 min`, `under a minute`, `2–3 h`. */
export function minutesRange([low, high]: readonly [number, number]): string {
  if (high < 1) return 'under a minute';
  if (low >= 90) return span(Math.round(low / 60), Math.round(high / 60), 'h');
  // Far apart: each in the unit a person would say.
  if (high >= 180) return `${count(Math.max(1, low))} min to ${count(high / 60)} h`;
  return span(Math.max(1, Math.round(low)), Math.max(1, Math.round(high)), 'min');
}

const span = (low: number, high: number, unit: string): string =>
  low === high ? `about ${count(low)} ${unit}` : `${count(low)}–${count(high)} ${unit}`;

/** A moment for lists: `3 Aug 2026, 14:05`. */
export const moment = (at: number): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(at);
