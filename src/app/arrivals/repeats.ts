/** Files that were opened with the app and taken in already: Chromium hands them over again after a reload. */
const KEY = 'promptevolver-opened';

const markOf = (files: readonly File[]): string => JSON.stringify(files.map(({ name, size, lastModified }) => [name, size, lastModified]));

/** Once per page, right after a reload; the same file opened on purpose later is new. */
let mayRepeat = true;

export function isRepeat(files: readonly File[]): boolean {
  const first = mayRepeat;
  mayRepeat = false;
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (!first || navigation?.type !== 'reload') return false;
  try {
    return sessionStorage.getItem(KEY) === markOf(files);
  } catch {
    // A page without storage: better twice than not at all.
    return false;
  }
}

export function remember(files: readonly File[]): void {
  try {
    sessionStorage.setItem(KEY, markOf(files));
  } catch {
    // As above.
  }
}
