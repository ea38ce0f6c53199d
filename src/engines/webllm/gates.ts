/** Whether this device can run the engine and a model, asked before anything is downloaded. */
import type { Capability } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { KnownModel } from './records.ts';

const MiB = 2 ** 20;

/** What the package asks of every device, and stops without. */
export const NEEDED = { storageBuffersPerStage: 10, workgroupStorage: 32 * 1024, bufferSize: 256 * MiB, bindingSize: 128 * MiB } as const;

/** Free room, as a multiple of the download: the browser counts more than the bytes, and evicts what is close to its limit. */
export const ROOM_FACTOR = 1.15;

/** What was read from the browser; plain data. Sizes in bytes. */
export interface DeviceFacts {
  secure: boolean;
  webgpu: boolean;
  /** null: the browser found no adapter. */
  adapter: null | {
    name: string;
    software: boolean;
    shaderF16: boolean;
    maxBufferSize: number;
    maxStorageBufferBindingSize: number;
    maxStorageBuffersPerShaderStage: number;
    maxComputeWorkgroupStorageSize: number;
  };
  firefox: boolean;
  ios: boolean;
  memoryGiB?: number;
}

const CPU = 'Choose a model that runs on the CPU.';

/** What is read of a worker's or a page's global scope. */
export interface DeviceScope {
  isSecureContext: boolean;
  navigator: { userAgent: string; gpu?: GPU; deviceMemory?: number; maxTouchPoints?: number };
}

/** Reads the facts in a worker or a page. Asks for an adapter, never for a device. */
export async function readDevice({ isSecureContext, navigator }: DeviceScope = self as unknown as DeviceScope): Promise<DeviceFacts> {
  const agent = navigator.userAgent;
  const facts: DeviceFacts = {
    secure: isSecureContext,
    webgpu: navigator.gpu !== undefined,
    adapter: null,
    firefox: /firefox\//i.test(agent),
    // An iPad asks for desktop pages and then calls itself a Mac; only its touch points tell, and workers don't have those.
    ios: /iphone|ipad|ipod/i.test(agent) || (/macintosh/i.test(agent) && (navigator.maxTouchPoints ?? 0) > 1),
  };
  if (navigator.deviceMemory) facts.memoryGiB = navigator.deviceMemory;
  if (!navigator.gpu) return facts;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return facts;
  const { limits, info } = adapter;
  const name = info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(' ') || 'unnamed';
  facts.adapter = {
    name,
    software: isSoftware(adapter, name),
    shaderF16: adapter.features.has('shader-f16'),
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
  };
  return facts;
}

function isSoftware(adapter: GPUAdapter, name: string): boolean {
  const flags = adapter as { isFallbackAdapter?: boolean };
  return (
    flags.isFallbackAdapter === true ||
    adapter.info?.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(name)
  );
}

/** The engine's gate: pure. `ok` says that some model may run here. */
export function judgeDevice(device: DeviceFacts): Capability {
  const { adapter } = device;
  const facts: Capability['facts'] = { ios: device.ios };
  if (device.memoryGiB) facts.memoryGiB = device.memoryGiB;
  const no = (why: string, remedy: string, more: Partial<Capability> = {}): Capability => ({
    engine: 'webllm',
    ok: false,
    why,
    remedy,
    facts,
    ...more,
  });

  if (!device.secure) {
    return no(
      'This page came over an unprotected connection, so the browser does not let it use the graphics card.',
      'Open it with https://, or on 127.0.0.1.',
    );
  }
  if (!device.webgpu) {
    return no(
      'This browser does not offer WebGPU, the way to the graphics card.',
      `Update it, or use a current Chrome, Edge or Safari. ${CPU}`,
    );
  }
  if (!adapter) {
    return no(
      'The browser found no graphics card it may use.',
      `Switch on hardware acceleration in the browser’s settings and update the graphics driver. ${CPU}`,
    );
  }
  Object.assign(facts, {
    adapter: adapter.name,
    shaderF16: adapter.shaderF16,
    softwareAdapter: adapter.software,
    maxBufferSize: adapter.maxBufferSize,
    maxStorageBufferBindingSize: adapter.maxStorageBufferBindingSize,
  });
  const short = tooSmall(adapter);
  if (short) return no(`The graphics card is too small: ${short}.`, `Use another device. ${CPU}`);
  if (adapter.software) {
    return no(
      'The browser computes WebGPU on the CPU here, in software: far slower than an engine made for the CPU.',
      `Switch on hardware acceleration in the browser’s settings. ${CPU} Or try anyway, and wait.`,
      { mayTryAnyway: true },
    );
  }
  const capability: Capability = { engine: 'webllm', ok: true, why: `Models run on the graphics card (${adapter.name}).`, facts };
  if (device.ios) capability.remedy = 'iPhone and iPad give a page too little memory for the larger models: take the smallest.';
  else if (device.firefox)
    capability.remedy =
      'Firefox asks the graphics card only ten times a second, so a reply comes at about 10 tokens a second at most. Chrome or Edge are faster.';
  return capability;
}

function tooSmall(adapter: NonNullable<DeviceFacts['adapter']>): string | null {
  const mib = (bytes: number) => `${Math.floor(bytes / MiB)} MiB`;
  if (adapter.maxStorageBuffersPerShaderStage < NEEDED.storageBuffersPerStage) {
    return `it reads ${adapter.maxStorageBuffersPerShaderStage} buffers at a time, and ${NEEDED.storageBuffersPerStage} are needed`;
  }
  if (adapter.maxComputeWorkgroupStorageSize < NEEDED.workgroupStorage) {
    return `a group of its threads shares ${Math.floor(adapter.maxComputeWorkgroupStorageSize / 1024)} KiB, and 32 are needed`;
  }
  if (adapter.maxBufferSize < NEEDED.bufferSize) return `its largest buffer is ${mib(adapter.maxBufferSize)}, and 256 MiB are needed`;
  if (adapter.maxStorageBufferBindingSize < NEEDED.bindingSize) {
    return `it binds ${mib(adapter.maxStorageBufferBindingSize)} at once, and 128 MiB are needed`;
  }
  return null;
}

/** Why this model does not fit a device whose engine gate is open, or may be tried; null when it fits. */
export function modelObstacle(
  model: KnownModel,
  facts: Capability['facts'],
): { code: 'no-f16' | 'device-too-small'; why: string; soft: boolean } | null {
  const hard = (code: 'no-f16' | 'device-too-small', why: string) => ({ code, why, soft: false });
  if (model.needsF16 && facts.shaderF16 === false) {
    return hard('no-f16', 'The graphics card can’t compute with half precision; the 32-bit version of this model can run.');
  }
  const binding = Math.min(facts.maxStorageBufferBindingSize ?? Infinity, facts.maxBufferSize ?? Infinity);
  if (binding < model.largestTensor) {
    return hard(
      'device-too-small',
      `Its largest part is ${Math.ceil(model.largestTensor / MiB)} MiB, and the graphics card takes ${Math.floor(binding / MiB)} MiB at once.`,
    );
  }
  const gpuGB = (model.gpuBytes / 1e9).toFixed(1);
  if (facts.ios && model.gpuBytes > 1.6e9) {
    return { code: 'device-too-small', why: `It needs ${gpuGB} GB of memory; iPhone and iPad end a page that takes as much.`, soft: true };
  }
  // The browser rounds this down and stops at 8 (some at 32), so only a clear misfit counts.
  if (facts.memoryGiB !== undefined && facts.memoryGiB * 2 ** 30 * 0.75 < model.gpuBytes) {
    return {
      code: 'device-too-small',
      why: `It needs ${gpuGB} GB of memory, and this device has about ${facts.memoryGiB} GB in all.`,
      soft: true,
    };
  }
  return null;
}

/**
 * The gates of a load, before the download.
 * @throws EngineError `no-webgpu`, `software-adapter`, `device-too-small`, `no-f16`
 */
export function passGates(capability: Capability, model: KnownModel | undefined, tryAnyway: boolean): void {
  if (!capability.ok && !(tryAnyway && capability.mayTryAnyway)) {
    const code =
      capability.facts.adapter === undefined
        ? 'no-webgpu'
        : capability.facts.softwareAdapter && capability.mayTryAnyway
          ? 'software-adapter'
          : 'device-too-small';
    throw new EngineError(code, [capability.why, capability.remedy].filter(Boolean).join(' '));
  }
  const obstacle = model && modelObstacle(model, capability.facts);
  if (obstacle && !(obstacle.soft && tryAnyway))
    throw new EngineError(obstacle.code, `${model.title} does not fit this device. ${obstacle.why} Choose another model.`);
}
