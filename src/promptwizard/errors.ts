/** What was asked cannot be run. `message` says what is wrong, with the numbers, and what to do; nothing was spent. */
export class InputError extends Error {
  override name = 'input';
  constructor(
    readonly field: 'prompt' | 'rows' | 'metric' | 'max_calls' | 'system',
    readonly code: 'empty' | 'too-long' | 'too-small' | 'unusable',
    message: string,
  ) {
    super(message);
  }
}

/** Inside the method only: the search has spent its share, and the verdict is next. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
}
