/**
 * F1 of each label, averaged with equal weights: it shows a label that is never said, which accuracy hides when the label
 * is rare. As scikit-learn's `f1_score(average='macro', zero_division=0)`; a reply that could not be read is a miss of
 * the row's label and no one's false alarm.
 * @param labels those to average over; default: all that a row has or a reply was read as
 * @returns [0,1]; null without any label
 */
export function macroF1(pairs: readonly { read: string | null; gold: string }[], labels?: readonly string[]): number | null {
  const over = new Set(labels ?? pairs.flatMap(({ read, gold }) => (read === null ? [gold] : [read, gold])));
  if (over.size === 0) return null;
  let sum = 0;
  for (const label of over) {
    const hits = pairs.filter(({ read, gold }) => read === label && gold === label).length;
    const said = pairs.filter(({ read }) => read === label).length;
    const wanted = pairs.filter(({ gold }) => gold === label).length;
    if (hits > 0) sum += (2 * hits) / (said + wanted);
  }
  return sum / over.size;
}
