/** JSON with sorted keys and without undefined fields: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const sorted: [string, unknown][] = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    // fromEntries defines fields, so that a key named __proto__ stays one.
    return Object.fromEntries(sorted);
  });
}
