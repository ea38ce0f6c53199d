/** A model is handed out only after it has answered sensibly: a broken graphics driver computes garbage without any error. */
import { EngineError } from '../errors.ts';
import type { GenRequest, GenResult } from '../engine.ts';

const SENTENCE = 'The sky over the harbour is blue today.';

const ask = (content: string, maxTokens: number): GenRequest => ({
  messages: [{ role: 'user', content }],
  maxTokens,
  temperature: 0,
  seed: 0,
});

/** Long enough that the reading speed means something. */
const PASSAGE =
  'Here is a short text. The ferry leaves at nine and comes back at noon. On board there are forty seats, a small kitchen and a box ' +
  'with life jackets. The captain checks the engine before every trip and writes the result into a green book. In winter the ferry ' +
  'stays in the harbour when the wind is stronger than eight, and the people of the island take the road over the dam instead. ' +
  SENTENCE;

/**
 * @param generate a call of the loaded model
 * @returns tokens a second
 * @throws EngineError `self-test-failed` when the reply is not what any working model gives
 */
export async function selfTest(
  generate: (request: GenRequest) => Promise<GenResult>,
): Promise<{ prefillPerSecond: number; decodePerSecond: number }> {
  // The first call also warms up; its speed says nothing.
  await generate(ask('Say hello.', 1));
  const reply = await generate(
    ask(`${PASSAGE}\n\nWrite down the last sentence of the text above again, word for word, and nothing else.`, 24),
  );
  if (!isSane(reply.text)) {
    throw new EngineError(
      'self-test-failed',
      'The model was loaded, but what it answers makes no sense, most often because of a fault in the graphics driver. Update the driver or the browser, or choose a model that runs on the CPU.',
    );
  }
  const seconds = Math.max(reply.ms, 1) / 1000;
  return {
    prefillPerSecond: reply.prefillPerSecond ?? reply.tokensIn / seconds,
    decodePerSecond: reply.decodePerSecond ?? reply.tokensOut / seconds,
  };
}

/** Two of the sentence's own words: too many for chance, few enough for the smallest model. */
export function isSane(text: string): boolean {
  const said = text.toLowerCase();
  return ['sky', 'harbour', 'harbor', 'blue', 'today'].filter((word) => said.includes(word)).length >= 2;
}
