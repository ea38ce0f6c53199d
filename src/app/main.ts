/** First paint: the form and its words, no engine, no worker. */
import { mount } from 'svelte';
import App from './App.svelte';
import { watchForGone } from './offline/gone.ts';
import './theme.css';
import './base.css';

watchForGone();
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');
// In a task of its own: reading this script and drawing the page are together too long for one.
setTimeout(() => {
  target.replaceChildren();
  mount(App, { target });
});
