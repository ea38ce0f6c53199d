import { describe, expect, it } from 'vitest';
import { bytes, count, minutesRange, percent, plural, points, wait } from '../../src/app/figures.ts';

describe('numbers as a person reads them', () => {
  it('names one thing and many', () => {
    expect([plural(1, 'row'), plural(0, 'row'), plural(61204, 'token')]).toEqual(['1 row', '0 rows', '61,204 tokens']);
  });
  it('groups and rounds as Intl does', () => {
    const intl = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
    for (const n of [0, 0.4, 0.5, 12, 999, 999.5, 1000, 61204, 1234567.8, 1e9, -1234]) expect(count(n)).toBe(intl.format(n));
  });
  it('gives shares without a sign and differences with one', () => {
    expect([percent(0.466), points(0.26), points(-0.031), points(0.001)]).toEqual(['47 %', '+26', '−3', '0']);
  });
  it('gives bytes as downloads are sold', () => {
    expect([bytes(2_264_000_000), bytes(98_362_432), bytes(1500), bytes(12)]).toEqual(['2.3 GB', '98 MB', '2 kB', '12 bytes']);
  });
  it('rounds a wait to what can be promised', () => {
    expect([wait(4), wait(47), wait(240), wait(4200), wait(7200)]).toEqual(['a few seconds', '45 s', '4 min', '1 h 10 min', '2 h']);
  });
  it('says a forecast as a range of minutes', () => {
    expect([
      minutesRange([4.1, 8.7]),
      minutesRange([3.1, 3.4]),
      minutesRange([0.1, 0.6]),
      minutesRange([130, 190]),
      minutesRange([46, 621]),
    ]).toEqual(['4–9 min', 'about 3 min', 'under a minute', '2–3 h', '46 min to 10 h']);
  });
});
