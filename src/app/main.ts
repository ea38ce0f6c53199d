/** First paint: the form and its words, no engine, no worker. */
import { mount } from 'svelte';
import App from './App.svelte';
import './theme.css';
import './base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');
target.replaceChildren();
mount(App, { target });
