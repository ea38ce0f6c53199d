/** Text from another app that waits for the person's word, because a prompt stands in the form already. */
class Arrived {
  text = $state<string | null>(null);
  /** What came and could not be used, in a sentence. */
  problem = $state('');
}

export const arrived = new Arrived();
