/** What one request may hold, and how long an answer may take. */

/** Characters of the prompt and of each other text beside the rows; a loaded model's context usually allows less. */
export const MOST_TEXT = 200_000;
export const MOST_ROWS = 5_000;
/** As much as one file of rows may have on the page. */
export const MOST_BYTES = 20_000_000;
/** Objects and lists inside each other. */
export const MOST_DEPTH = 64;
export const LONGEST_SESSION_ID = 200;
/** Seconds. */
export const TIMEOUT = { min: 1, max: 86_400 };
/** Milliseconds until a JSON answer becomes 202: a service worker's pending answer is ended at 300 s. */
export const LONGEST_ANSWER = 240_000;
/** Seconds after which a busy caller may ask again. */
export const RETRY_AFTER = 30;
