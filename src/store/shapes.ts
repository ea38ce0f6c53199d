/** What a value from a file is, asked of one field. Pure. */
export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
/** A count, or a place in a list. */
export const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
export const isOneOf = <T>(value: unknown, allowed: readonly T[]): value is T => (allowed as readonly unknown[]).includes(value);

/** Absent, or what `is` says. */
export const maybe =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || is(value);
export const orNull =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === null || is(value);
export const isList =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(is);
/** The fields that are named are what they must be; others are passed over. */
export const has =
  (fields: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isFields(value) && Object.entries(fields).every(([name, is]) => is(value[name]));
