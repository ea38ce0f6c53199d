import { describe, expect, it } from 'vitest';
import { judgeDevice, modelObstacle, passGates, type DeviceFacts } from '../../../src/engines/webllm/gates.ts';
import { knownModel } from '../../../src/engines/webllm/records.ts';

const GiB = 2 ** 30;
type Adapter = NonNullable<DeviceFacts['adapter']>;
const card: Adapter = {
  name: 'test card',
  software: false,
  shaderF16: true,
  maxBufferSize: 2 * GiB,
  maxStorageBufferBindingSize: 2 * GiB,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32 * 1024,
};
const device = (adapter: Partial<Adapter> | null = {}, more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  secure: true,
  webgpu: true,
  adapter: adapter && { ...card, ...adapter },
  firefox: false,
  ios: false,
  ...more,
});
const Q4 = knownModel('Qwen3-4B-q4f16_1-MLC')!;

describe('the gate of the engine', () => {
  it('opens for an ordinary graphics card and names it', () => {
    expect(judgeDevice(device())).toMatchObject({
      ok: true,
      why: expect.stringContaining('test card'),
      facts: { shaderF16: true, softwareAdapter: false },
    });
  });

  it.each([
    ['the page is not secure', device({}, { secure: false }), /unprotected/, /https/],
    ['there is no WebGPU', device(null, { webgpu: false }), /WebGPU/, /CPU/],
    ['there is no adapter', device(null), /no graphics card/, /hardware acceleration/],
    ['it binds 8 buffers', device({ maxStorageBuffersPerShaderStage: 8 }), /8 buffers.*10 are needed/, /CPU/],
    ['it shares 16 KiB', device({ maxComputeWorkgroupStorageSize: 16384 }), /16 KiB, and 32/, /CPU/],
    ['its buffers are small', device({ maxBufferSize: 255 * 2 ** 20 }), /255 MiB, and 256/, /CPU/],
    ['its bindings are small', device({ maxStorageBufferBindingSize: 2 ** 26 }), /64 MiB at once, and 128/, /CPU/],
  ])('stays shut when %s, and says why and what helps', (_, facts, why, remedy) => {
    const capability = judgeDevice(facts);
    expect(capability.ok).toBe(false);
    expect(capability.why).toMatch(why);
    expect(capability.remedy).toMatch(remedy);
    expect(capability.mayTryAnyway).toBeUndefined();
  });

  it('only warns of a software adapter', () => {
    const capability = judgeDevice(device({ software: true }));
    expect(capability).toMatchObject({ ok: false, mayTryAnyway: true, facts: { softwareAdapter: true } });
    expect(() => passGates(capability, undefined, false)).toThrow(expect.objectContaining({ name: 'software-adapter' }));
    expect(() => passGates(capability, undefined, true)).not.toThrow();
  });

  it('does not only warn of a software adapter that is too small as well', () => {
    const capability = judgeDevice(device({ software: true, maxStorageBuffersPerShaderStage: 8 }));
    expect(capability.mayTryAnyway).toBeUndefined();
    expect(() => passGates(capability, undefined, true)).toThrow(expect.objectContaining({ name: 'device-too-small' }));
  });

  it('tells Firefox and iPhone what to expect, before the download', () => {
    expect(judgeDevice(device({}, { firefox: true }))).toMatchObject({ ok: true, remedy: expect.stringMatching(/10 tokens a second/) });
    expect(judgeDevice(device({}, { ios: true }))).toMatchObject({ ok: true, remedy: expect.stringMatching(/smallest/) });
  });
});

describe('the gate of a model', () => {
  const facts = (adapter: Partial<Adapter> = {}, more: Partial<DeviceFacts> = {}) => judgeDevice(device(adapter, more)).facts;

  it('lets Qwen3 4B pass on an ordinary card, also one that binds exactly its largest part', () => {
    expect(modelObstacle(Q4, facts())).toBeNull();
    expect(Q4.largestTensor).toBe(194_478_080);
    expect(modelObstacle(Q4, facts({ maxStorageBufferBindingSize: 194_478_080 }))).toBeNull();
  });

  it('refuses a part that is larger than a binding, whatever the person says', () => {
    const small = judgeDevice(device({ maxStorageBufferBindingSize: 128 * 2 ** 20 }));
    expect(() => passGates(small, Q4, true)).toThrow(
      expect.objectContaining({ name: 'device-too-small', message: expect.stringMatching(/186 MiB.*128 MiB/) }),
    );
  });

  it('refuses half precision where there is none, and names the way out', () => {
    const plain = judgeDevice(device({ shaderF16: false }));
    expect(() => passGates(plain, Q4, true)).toThrow(expect.objectContaining({ name: 'no-f16', message: expect.stringMatching(/32-bit/) }));
    expect(() => passGates(plain, knownModel('Qwen3-4B-q4f32_1-MLC'), false)).not.toThrow();
  });

  it('warns of memory, and lets the person try', () => {
    for (const tight of [judgeDevice(device({}, { ios: true })), judgeDevice(device({}, { memoryGiB: 4 }))]) {
      expect(() => passGates(tight, Q4, false)).toThrow(expect.objectContaining({ name: 'device-too-small' }));
      expect(() => passGates(tight, Q4, true)).not.toThrow();
    }
    expect(modelObstacle(Q4, facts({}, { memoryGiB: 8 }))).toBeNull();
    expect(modelObstacle(knownModel('Qwen3-0.6B-q4f16_1-MLC')!, facts({}, { ios: true }))).toBeNull();
  });
});
