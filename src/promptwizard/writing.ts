/** A prompt that asks for writing, whatever a small model makes of it: it says "choice" or "short text" to those too. */
const WRITES =
  /^\W*(?:please\s+)?(?:(?:can|could|would)\s+you\s+)?(?:help\s+me\s+)?(?:write|draft|compose|rewrite|rephrase|paraphrase|summari[sz]e|explain|describe|plan|outline|brainstorm|create|design|propose|suggest|reply|respond|advise|improve|review|critique|invent|tell\s+(?:me\s+)?a\s+story)\b/i;

/** Whether a prompt, by its first words, wants a text of which many can be good. */
export const asksForWriting = (prompt: string): boolean => WRITES.test(prompt);
