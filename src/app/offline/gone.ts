/**
 * A part of the page that the server no longer has, because another version was put there and no service worker keeps this
 * one. Reloads once, where that loses nothing; else whoever wanted the part says that it could not be fetched.
 */
import { engine } from '../models/engine.svelte.ts';
import { form } from '../optimize/form.svelte.ts';

const MARK = 'promptevolver-reloaded';
/** Two versions within this time look like a server that does not know which one it has, ms. */
const PAUSE = 60_000;

export function watchForGone(): void {
  addEventListener('vite:preloadError', () => void reloadIfReplaced());
}

async function reloadIfReplaced(): Promise<void> {
  const entry = document.querySelector('script[type=module]')?.getAttribute('src');
  // A model or a run would be lost, or at least have to begin anew.
  if (!entry || engine.state.worker !== 'none') return;
  try {
    const page = await (await fetch(document.baseURI, { cache: 'no-store' })).text();
    if (!page.includes('<script') || page.includes(entry.split('/').pop()!)) return;
    if (Date.now() - Number(sessionStorage.getItem(MARK)) < PAUSE) return;
    sessionStorage.setItem(MARK, String(Date.now()));
    await form.restore();
    await form.save();
    if (form.unsaved === null) location.reload();
  } catch {
    // No network, or a browser that lets the page keep nothing: a reload would lose what was typed.
  }
}
