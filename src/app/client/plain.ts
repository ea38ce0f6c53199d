/** A copy without the proxies of a reactive form, which cannot be posted. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
