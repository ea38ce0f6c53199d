/**
 * The reply without its think block. A block whose beginning stood in the prompt is known by its end alone.
 * A block that never ends leaves nothing: there is no answer.
 */
export function stripThinking(text: string): string {
  const end = text.lastIndexOf('</think>');
  const rest = end < 0 ? text : text.slice(end + '</think>'.length).trimStart();
  const begin = rest.indexOf('<think>');
  return begin < 0 ? rest : rest.slice(0, begin).trimEnd();
}
