/**
 * Lets a page come in parts from its top down, each drawn in a task of its own, so that none holds the page for long.
 * Nothing moves: each part stands below what is there.
 */
export function steps(last: number): { readonly at: number } {
  let at = $state(0);
  const next = () => {
    at++;
    if (at < last) setTimeout(next);
  };
  setTimeout(next);
  return {
    get at() {
      return at;
    },
  };
}
