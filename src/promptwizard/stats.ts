/** The statistics, alone: each formula with its source in `stats/`. */
export { accepts, keepsUndecided } from './stats/accepts.ts';
export { compare, type CompareOptions, type ScorePair } from './stats/compare.ts';
export { bootstrapMeanInterval, newcombePaired, wilson } from './stats/intervals.ts';
export { macroF1 } from './stats/macroF1.ts';
export { conditionalPower, furtherRowsNeeded, ratesFor, smallestShowableGain, type LookSoFar, type Rates } from './stats/power.ts';
export { O_BRIEN_FLEMING, signTest } from './stats/signTest.ts';
