/** Can this browser run llama.cpp in WebAssembly, and on how many threads. */
import type { Capability } from '../engine.ts';

/** Threads to run: all of a small machine, half of a large one (the other half are mostly second threads of the same cores), 8 at most. */
export function threadsFor(cores: number): number {
  return cores <= 4 ? Math.max(1, cores) : Math.min(8, Math.max(4, Math.floor(cores / 2)));
}

export function wllamaCapability(): Capability {
  const isolated = globalThis.crossOriginIsolated === true;
  const threads = isolated ? threadsFor(navigator.hardwareConcurrency || 1) : 1;
  const facts = { threads, crossOriginIsolated: isolated };
  if (!hasSimd() || !hasWideMemory()) {
    return {
      engine: 'wllama',
      ok: false,
      why: 'This browser’s WebAssembly lacks 64-bit memory or SIMD, which the engine for the CPU needs.',
      remedy: 'Use a current Chrome, Edge or Firefox.',
      facts,
    };
  }
  if (threads > 1) return { engine: 'wllama', ok: true, why: `Models can run on the CPU here, on ${threads} threads.`, facts };
  return {
    engine: 'wllama',
    ok: true,
    why: 'Models can run on the CPU here, on one thread.',
    ...(isolated ? {} : { remedy: 'Open the page in a tab of its own and load it once more: then it may use several threads.' }),
    facts,
  };
}

/** A function of no use that holds one SIMD instruction. */
function hasSimd(): boolean {
  return WebAssembly.validate(
    Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11),
  );
}

function hasWideMemory(): boolean {
  try {
    new WebAssembly.Memory({ address: 'i64', initial: 1n } as unknown as WebAssembly.MemoryDescriptor);
    return true;
  } catch {
    return false;
  }
}
