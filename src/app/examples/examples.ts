/** The tasks of "Load an example", fetched when asked for. */
import { counting } from './counting.ts';
import type { Example } from './example.ts';
import { feedback } from './feedback.ts';
import { units } from './units.ts';

export const EXAMPLES: readonly Example[] = [counting, feedback, units];
