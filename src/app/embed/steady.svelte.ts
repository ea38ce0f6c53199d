/**
 * Whether this window has been seen and in front for a while. A site may lay its own window over this one and take it away
 * between the two clicks of a double click: the second must not fall on a button that gives something away.
 */
const LONG_ENOUGH = 1_000;
const EVERY = 100;

/** Use in a component's setup. */
export function steady(): { readonly yes: boolean } {
  let yes = $state(false);
  $effect(() => {
    let since: number | null = null;
    const look = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) since = null;
      else since ??= performance.now();
      yes = since !== null && performance.now() - since >= LONG_ENOUGH;
    };
    const anew = () => {
      since = null;
      yes = false;
    };
    const timer = setInterval(look, EVERY);
    for (const name of ['blur', 'focus', 'resize']) addEventListener(name, anew);
    return () => {
      clearInterval(timer);
      for (const name of ['blur', 'focus', 'resize']) removeEventListener(name, anew);
    };
  });
  return {
    get yes() {
      return yes;
    },
  };
}
