/** How many tokens of context a model gets on this device. */
import type { Capability } from '../engine.ts';
import type { MlcChatConfig } from './package.ts';

const CONTEXT = 4096;
const LARGE_CONTEXT = 8192;

export interface Context {
  /** Tokens. */
  contextSize: number;
  /** What the package has to be told of it. */
  overrides: { context_window_size?: number };
}

export function contextOf(config: MlcChatConfig, capability: Capability): Context {
  const own = config.context_window_size ?? CONTEXT;
  // A model with a sliding window must keep its -1.
  if (own <= 0) return { contextSize: config.sliding_window_size ?? CONTEXT, overrides: {} };
  const contextSize = Math.min(own, roomyDevice(capability) ? LARGE_CONTEXT : CONTEXT);
  return { contextSize, overrides: { context_window_size: contextSize } };
}

/** The larger context takes 576 MiB more with Qwen3 4B. No browser tells the card's memory; these two together are seldom wrong. */
const roomyDevice = ({ facts }: Capability): boolean =>
  (facts.memoryGiB ?? 0) >= 16 && (facts.maxBufferSize ?? 0) >= 2 ** 31 && !facts.softwareAdapter;
