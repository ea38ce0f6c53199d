/**
 * The one rule of acceptance in the search: wins − losses ≥ √(wins + losses), and at least two wins. The caller sees
 * to it that there are at least 8 rows that both may be scored on.
 */
export function accepts(wins: number, losses: number): boolean {
  const lead = wins - losses;
  // Squared: whole numbers have no rounding.
  return wins >= 2 && lead > 0 && lead * lead >= wins + losses;
}
