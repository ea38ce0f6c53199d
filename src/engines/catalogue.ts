/** The models on offer: what each is good for and needs, and which one this device gets. Pure, and without the engines' code. */
import type { Capability, EngineName, ModelRef } from './engine.ts';
import { markedId, nameOf, refKey, textMark } from './modelId.ts';
import { modelObstacle, ROOM_FACTOR } from './webllm/gates.ts';
import { KNOWN_MODELS, knownModel, knownRef } from './webllm/records.ts';

/** One line of the catalogue, judged for this device. */
export interface ModelOffer {
  ref: ModelRef;
  title: string;
  /** Download, bytes; 0 when unknown. */
  bytes: number;
  license: string;
  /** What it is good for, one sentence. */
  about: string;
  /** Can this device run it. */
  fits: boolean;
  /** Why it fits or not, one sentence. */
  why: string;
  /** Already on this machine. */
  here: boolean;
  /** The catalogue's choice for this device; exactly one at most. */
  recommended: boolean;
  /** Not fit by a gate that only warns: may be tried on the person's own word. */
  mayTryAnyway: boolean;
}

/** A model that the server of this page has in its `models/` folder. */
export interface ServedModel {
  /** With a mark of what the list says of the files: where they change, it is another model. */
  id: string;
  title: string;
  /** Absolute address of the GGUF, or of the folder of MLC weights when `libraryUrl` is given. */
  url: string;
  libraryUrl?: string;
  bytes: number;
  license?: string;
  about?: string;
}

/** What the site wants and allows. */
export interface Wishes {
  /** A name of the list, or `qwen3:4b` and the like. */
  model: string | null;
  /** Bytes. */
  memoryLimit: number | null;
}
const NONE: Wishes = { model: null, memoryLimit: null };

interface Entry {
  ref: ModelRef;
  title: string;
  bytes: number;
  license: string;
  about: string;
  served: boolean;
}

const APACHE = 'Apache-2.0';
const HUB = 'https://huggingface.co/Qwen/';

const ABOUT: [RegExp, string][] = [
  [/8B/, 'The strongest; for a graphics card with 8 GB or more.'],
  [/4B/, 'Strong enough to judge and rewrite prompts; the default.'],
  [/1\.7B/, 'For smaller devices: faster, and weaker at following long instructions.'],
  [/0\.6B/, 'For the smallest devices; good for trying out.'],
];
const about = (id: string): string => ABOUT.find(([pattern]) => pattern.test(id))?.[1] ?? '';

const gguf = (id: string, title: string, path: string, bytes: number): Entry => ({
  ref: { engine: 'wllama', id, url: HUB + path, bytes, title },
  title,
  bytes,
  license: APACHE,
  about: about(id),
  served: false,
});

/** Files of the model's makers; sizes as published there. */
const CPU_MODELS: Entry[] = [
  gguf('Qwen3-4B-Q4_K_M.gguf', 'Qwen3 4B on the CPU', 'Qwen3-4B-GGUF/resolve/main/Qwen3-4B-Q4_K_M.gguf', 2_497_280_256),
  gguf('Qwen3-1.7B-Q8_0.gguf', 'Qwen3 1.7B on the CPU', 'Qwen3-1.7B-GGUF/resolve/main/Qwen3-1.7B-Q8_0.gguf', 1_834_426_016),
  gguf('Qwen3-0.6B-Q8_0.gguf', 'Qwen3 0.6B on the CPU', 'Qwen3-0.6B-GGUF/resolve/main/Qwen3-0.6B-Q8_0.gguf', 639_446_688),
];

const GPU_MODELS: Entry[] = KNOWN_MODELS.map(({ id, title, bytes }) => ({
  ref: { engine: 'webllm', id },
  title,
  bytes,
  license: APACHE,
  about: about(id),
  served: false,
}));

const DEFAULT_ID = 'Qwen3-4B-q4f16_1-MLC';

function servedEntry(model: ServedModel): Entry {
  // Without what it is for.
  const title = model.title.split(',')[0]!;
  const ref: ModelRef = model.libraryUrl
    ? { engine: 'webllm', id: model.id, weightsUrl: model.url, libraryUrl: model.libraryUrl, title }
    : { engine: 'wllama', id: model.id, url: model.url, bytes: model.bytes, title };
  return {
    ref,
    title: model.title,
    bytes: model.bytes,
    license: model.license ?? 'see the server',
    about: model.about ?? 'Comes from the server of this page.',
    served: true,
  };
}

const entries = (served: readonly ServedModel[]): Entry[] => [...GPU_MODELS, ...served.map(servedEntry), ...CPU_MODELS];

/** Every model that `offers` will judge, so that the caller can look which are on this machine. */
export const refs = (served: readonly ServedModel[]): ModelRef[] => entries(served).map((entry) => entry.ref);

/**
 * @param here keys (`refKey`) of the models that are on this machine already
 * @param room bytes the browser still gives this page (quota less usage); null when it does not say
 * @param wishes of the site
 * @returns all models, judged, at most one recommended; and the choice in a sentence
 */
export function offers(
  capabilities: readonly Capability[],
  served: readonly ServedModel[],
  here: ReadonlySet<string>,
  room: number | null,
  wishes: Wishes = NONE,
): { offers: ModelOffer[]; choice: string } {
  const capability = (engine: EngineName) => capabilities.find((c) => c.engine === engine);
  const judged = entries(served).map((entry) => ({
    entry,
    offer: judge(entry, capability(entry.ref.engine), here.has(refKey(entry.ref)), room, wishes.memoryLimit),
  }));
  const wanted = judged.filter(({ entry }) => wishes.model !== null && answersTo(entry, wishes.model));
  const usable = wanted.filter(({ offer }) => offer.fits);
  const chosen = usable.find(({ entry }) => entry.served) ?? usable[0] ?? choose(judged, capability('webllm'), capability('wllama'));
  if (chosen) chosen.offer.recommended = true;
  return {
    offers: judged.map(({ offer }) => offer),
    choice: wishWords(wishes, wanted, chosen) + sentence(chosen?.offer, judged, capability('webllm'), usable.length > 0),
  };
}

type Judged = { entry: Entry; offer: ModelOffer };

/** `qwen3:4b` is every Qwen3 4B; else the model's own name. */
function answersTo({ ref, title }: Entry, wanted: string): boolean {
  const size = /^qwen3:(\d+(?:\.\d+)?)b$/i.exec(wanted.trim())?.[1];
  return size === undefined ? nameOf(ref.id) === wanted.trim() : title.startsWith(`Qwen3 ${size}B`);
}

/** Why the model that the site wants is not the one that was chosen. */
function wishWords({ model }: Wishes, wanted: Judged[], chosen: Judged | undefined): string {
  if (model === null || (chosen && wanted.includes(chosen))) return '';
  const first = wanted[0];
  if (!first) return `This site’s model, “${model}”, is not in the list. `;
  return `This site’s model, ${first.offer.title}, does not fit: ${first.offer.why} `;
}

/** Bytes of memory that a model is known to take: a published figure, else its files alone; 0 when unknown. */
export function needOf(ref: ModelRef, bytes = 'bytes' in ref ? (ref.bytes ?? 0) : 0): number {
  return (ref.engine === 'webllm' ? knownRef(ref)?.gpuBytes : undefined) ?? bytes;
}

export const overLimit = (need: number, limit: number): string =>
  `It takes ${mebibytes(need)} of memory, and this site allows ${mebibytes(limit)}.`;

const mebibytes = (bytes: number): string => `${String(Math.ceil(bytes / 2 ** 20)).replace(/\B(?=(\d{3})+$)/g, ',')} MiB`;

function judge(
  entry: Entry,
  capability: Capability | undefined,
  isHere: boolean,
  room: number | null,
  memoryLimit: number | null,
): ModelOffer {
  const { ref, title, bytes, license } = entry;
  const offer: ModelOffer = {
    ref,
    title,
    bytes,
    license,
    about: entry.about,
    fits: false,
    why: '',
    here: isHere,
    recommended: false,
    mayTryAnyway: false,
  };
  const need = needOf(ref, bytes);
  if (memoryLimit !== null && need > memoryLimit) return { ...offer, why: overLimit(need, memoryLimit) };
  if (!capability) return { ...offer, why: 'The engine for this model did not start here.' };
  if (!capability.ok && !capability.mayTryAnyway) return { ...offer, why: capability.why };
  // A mirror's copy under the package's own name needs what the original needs.
  const known = ref.engine === 'webllm' ? knownRef(ref) : undefined;
  const obstacle = known ? modelObstacle(known, capability.facts) : cpuObstacle(entry, capability);
  if (obstacle) return { ...offer, why: obstacle.why, mayTryAnyway: obstacle.soft };
  // A GGUF that the server has is stored here too, once it is taken.
  if (!isHere && room !== null && bytes * ROOM_FACTOR > room) {
    return {
      ...offer,
      why: `It needs ${gigabytes(bytes * ROOM_FACTOR)} of room, and the browser gives this page ${gigabytes(Math.max(0, room))}.`,
    };
  }
  if (!capability.ok) return { ...offer, why: capability.why, mayTryAnyway: true };
  return {
    ...offer,
    fits: true,
    why: ref.engine === 'webllm' ? 'Fits this graphics card.' : `Runs on the CPU with ${threads(capability)}.`,
  };
}

function cpuObstacle({ ref, bytes }: Entry, { facts }: Capability): { why: string; soft: boolean } | null {
  if (ref.engine !== 'wllama') return null;
  // Weights, context and the engine itself; where the browser tells no memory, only the phone is known to be too small.
  const limit = facts.ios ? 1e9 : facts.memoryGiB === undefined ? Infinity : facts.memoryGiB * 2 ** 30 * 0.6;
  return bytes > limit ? { why: 'It takes more memory than this device gives a page.', soft: true } : null;
}

/** The default where it fits; else the largest that does. Without WebGPU: what the server has, else a small one of the hub. */
function choose(judged: Judged[], gpu: Capability | undefined, cpu: Capability | undefined): Judged | undefined {
  const fit = judged.filter(({ offer }) => offer.fits);
  if (gpu?.ok) {
    const limit = knownModel(DEFAULT_ID)!.bytes * 1.2; // never unasked the larger ones
    const onGpu = fit.filter(({ entry }) => entry.ref.engine === 'webllm' && entry.bytes <= limit);
    const best = largest(onGpu.filter(({ entry }) => !entry.served)) ?? onGpu[0];
    const defaults = onGpu.filter(({ entry }) => nameOf(entry.ref.id) === DEFAULT_ID);
    // The server's own copy first: a site that has one may have no way to the hub.
    const standard = defaults.find(({ entry }) => entry.served) ?? defaults[0];
    // Half precision is smaller and faster than the 32-bit version of the same model.
    const half = best && onGpu.find(({ entry }) => entry.ref.id === best.entry.ref.id.replace('q4f32', 'q4f16'));
    if (standard ?? half ?? best) return standard ?? half ?? best;
  }
  const onCpu = fit.filter(({ entry }) => entry.ref.engine === 'wllama');
  const fromServer = largest(onCpu.filter(({ entry }) => entry.served));
  if (fromServer) return fromServer;
  const id = (cpu?.facts.threads ?? 1) >= 4 ? 'Qwen3-1.7B-Q8_0.gguf' : 'Qwen3-0.6B-Q8_0.gguf';
  return onCpu.find(({ entry }) => entry.ref.id === id) ?? onCpu.at(-1);
}

const largest = (some: Judged[]): Judged | undefined => [...some].sort((a, b) => b.entry.bytes - a.entry.bytes)[0];

function sentence(chosen: ModelOffer | undefined, judged: Judged[], gpu: Capability | undefined, wanted: boolean): string {
  if (!chosen) return `No model fits this device. ${[gpu?.why, gpu?.remedy].filter(Boolean).join(' ')}`.trim();
  const size = chosen.here ? 'already on this machine' : chosen.bytes ? `${gigabytes(chosen.bytes)} to download once` : 'size unknown';
  if (wanted) return `${chosen.title}, ${size}. It is the model that this site chose.`;
  if (chosen.ref.engine === 'wllama') {
    const reason = gpu && !gpu.ok ? gpu.why : 'No model fits the graphics card here.';
    return `${chosen.title} on the CPU, ${size}. ${reason}`.replace('on the CPU on the CPU', 'on the CPU');
  }
  const isDefault = nameOf(chosen.ref.id) === DEFAULT_ID;
  const standard = judged.find(({ entry }) => entry.ref.id === DEFAULT_ID);
  const reason = isDefault
    ? 'It is the default, and this device can run it.'
    : `Instead of ${standard!.offer.title}: ${standard!.offer.why}`;
  return `${chosen.title}, ${size}. ${reason}`;
}

const threads = ({ facts }: Capability): string => (facts.threads && facts.threads > 1 ? `${facts.threads} threads` : 'one thread');

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

/**
 * Reads the server's `models/index.json`. Lines that can't be read are left out: the page works without them.
 * @param indexUrl absolute address of that file; the files are named relative to it
 */
export function readServed(json: unknown, indexUrl: string): ServedModel[] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((line: Record<string, unknown> | null): ServedModel[] => {
    const { id, title, file, bytes, library, license, about: words, sha256, version } = line ?? {};
    if (typeof id !== 'string' || typeof file !== 'string') return [];
    const mark = textMark(JSON.stringify([file, library, bytes, sha256, version]));
    const served: ServedModel = {
      id: markedId(id, mark),
      title: typeof title === 'string' ? title : id,
      // The mark never reaches the server; it keeps the file that was stored apart from one that took its place there.
      url: new URL(typeof library === 'string' ? file : `${file}#${mark}`, indexUrl).href,
      bytes: typeof bytes === 'number' && bytes > 0 ? bytes : 0,
    };
    if (typeof library === 'string') served.libraryUrl = new URL(library, indexUrl).href;
    if (typeof license === 'string') served.license = license;
    if (typeof words === 'string') served.about = words;
    return [served];
  });
}
