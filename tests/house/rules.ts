/** The house's rules about imports: floors, rooms, environments, circles, the first load. Each breach is a sentence. */
import { posix } from 'node:path';
import { importsOf, type Import } from './imports.ts';

/** Ground first. A room is a folder of src/. */
const FLOORS: Record<string, number> = {
  promptwizard: 0,
  api: 1,
  engines: 2,
  store: 2,
  formats: 2,
  sandbox: 2,
  worker: 3,
  app: 4,
  sw: 4,
  embed: 4,
};

/** Which packages a folder may use; the longest matching folder decides. */
const PACKAGES: Record<string, string[]> = {
  promptwizard: ['jsonrepair', 'pure-rand'],
  api: ['valibot', '@valibot/to-json-schema'],
  engines: ['@noble/hashes'],
  'engines/webllm': ['@mlc-ai/web-llm'],
  'engines/wllama': ['@wllama/wllama'],
  store: ['idb', 'valibot'],
  formats: ['papaparse'],
  sandbox: ['quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync'],
  worker: ['comlink', '@zip.js/zip.js'],
  app: ['svelte', 'diff'],
  'app/client': ['comlink'],
  sw: [],
  embed: [],
};

/** Here and only here the page meets the worker: it may make it, and use nothing of it but types. */
const DOOR = 'app/client';
const FIRST = 'app/main.ts';

export type Tree = Record<string, string>;
interface Edge extends Import {
  from: string;
  to: string;
}

/** @param tree paths under src/ (`engines/engine.ts`) and their texts */
export function breaches(tree: Tree): string[] {
  const found: string[] = [];
  const edges: Edge[] = [];
  for (const [from, text] of Object.entries(tree)) {
    if (!(roomOf(from) in FLOORS)) found.push(`${from}: src/${roomOf(from)} is no room of the house`);
    for (const one of importsOf(from, text)) {
      if (!one.name.startsWith('.')) {
        if (one.kind !== 'address') found.push(...packageBreaches(from, one));
        continue;
      }
      const to = posix.normalize(posix.join(posix.dirname(from), one.name.replace(/\?.*$/, '')));
      if (to.startsWith('..')) {
        if (!to.startsWith('../node_modules/')) found.push(`${from}: ${one.name} lies outside src/`);
      } else edges.push({ ...one, from, to });
    }
  }
  for (const edge of edges) found.push(...edgeBreaches(edge, tree));
  return [...found, ...circles(edges), ...firstLoad(edges, tree)];
}

const roomOf = (path: string): string => path.split('/')[0]!;
const inDoor = (path: string): boolean => path.startsWith(`${DOOR}/`) || path === `${DOOR}.ts`;

function packageBreaches(from: string, { name, kind }: Import): string[] {
  const base = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  const folder = Object.keys(PACKAGES)
    .filter((one) => from.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length)[0];
  const allowed = folder === undefined ? [] : [...PACKAGES[folder]!, ...(PACKAGES[roomOf(from)] ?? [])];
  return allowed.includes(base)
    ? []
    : [`${from}: ${kind === 'type' ? 'types of ' : ''}package ${base} have no place in src/${roomOf(from)}`];
}

function edgeBreaches({ from, to, kind, name }: Edge, tree: Tree): string[] {
  const rooms = [roomOf(from), roomOf(to)] as const;
  if (!(to in tree) && kind !== 'address' && !name.includes('?') && !/\.(css|json|svg)$/.test(to))
    return [`${from}: ${name} does not exist`];
  if (rooms[0] === rooms[1]) return [];
  const [a, b] = rooms.map((room) => FLOORS[room] ?? NaN) as [number, number];
  if (b > a) return [`${from} imports upward: ${to}`];
  if (a === b) return kind === 'type' ? [] : [`${from} imports from a room of its own floor: ${to} (types may)`];
  if (rooms[0] === 'app' && (rooms[1] === 'worker' || rooms[1] === 'engines') && kind !== 'type') {
    if (rooms[1] === 'worker' && inDoor(from) && (kind === 'address' || /\?worker(&|$)/.test(name))) return [];
    return [`${from} uses code of the worker’s environment: ${to} (types may; only ${DOOR} makes the worker)`];
  }
  return [];
}

/** Imports that come back to where they began, types too: two files that need each other's types are one. */
function circles(edges: Edge[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, kind } of edges) if (kind !== 'address' && kind !== 'dynamic') next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) return void found.push(`circular: ${[...trail.slice(at), path].join(' → ')}`);
    if (done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return found;
}

/** What the page imports statically holds no engine, no worker, no sandbox and no reader of files. */
function firstLoad(edges: Edge[], tree: Tree): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const queue = FIRST in tree ? [FIRST] : [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (['engines', 'worker', 'formats', 'sandbox'].includes(roomOf(path))) found.push(`first load: ${path} should come on demand`);
    for (const edge of edges) if (edge.from === path && edge.kind === 'static') queue.push(edge.to);
  }
  return found;
}
