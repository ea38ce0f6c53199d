/** `stillness` of this window, as it goes. */
import { stillness } from './stillness.ts';

const EVERY = 100;
const MOVED = ['blur', 'focus', 'resize'] as const;
const PRESSED = ['pointerdown', 'keydown'] as const;

/** Use in a component's setup. */
export function steady(): { readonly yes: boolean } {
  let yes = $state(false);
  $effect(() => {
    const still = stillness(() => performance.now());
    const over = new AbortController();
    const moved = () => {
      still.disturb();
      yes = false;
    };
    // The press on the button itself, when it may be pressed, disturbs nothing.
    const pressed = () => void (yes || still.disturb());
    for (const name of MOVED) addEventListener(name, moved, { signal: over.signal });
    for (const name of PRESSED) addEventListener(name, pressed, { signal: over.signal, capture: true });
    const timer = setInterval(() => (yes = still.look(document.visibilityState === 'visible' && document.hasFocus())), EVERY);
    return () => {
      clearInterval(timer);
      over.abort();
    };
  });
  return {
    get yes() {
      return yes;
    },
  };
}
