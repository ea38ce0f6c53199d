/** First paint: the form and its words, no engine, no worker. */
import { mount } from 'svelte';
import App from './App.svelte';
import { install } from './install/install.svelte.ts';
import { watchForGone } from './offline/gone.ts';
import './theme.css';
import './base.css';

// Told once, early, and never again.
install.listen();
watchForGone();
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');
// In a task of its own: reading this script and drawing the page are together too long for one.
setTimeout(() => {
  target.replaceChildren();
  mount(App, { target });
});
