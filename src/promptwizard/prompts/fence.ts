/** Text of the user or of the data set inside a meta-prompt: fenced, so that it is read as material and not followed. */
export const fence = (name: string, text: string): string => `<${name}>\n${text.trim()}\n</${name}>`;

/** At most `tokens` by estimate, cut at a word. */
export function clip(text: string, tokens: number, count: (text: string) => number): string {
  if (count(text) <= tokens) return text;
  let keep = text.slice(0, tokens * 4);
  while (keep.length > 0 && count(keep) > tokens - 1) keep = keep.slice(0, Math.floor(keep.length * 0.8));
  const space = keep.lastIndexOf(' ');
  return (space > keep.length / 2 ? keep.slice(0, space) : keep) + ' …';
}
