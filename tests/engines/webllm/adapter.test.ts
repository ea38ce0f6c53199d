import { describe, expect, it, vi } from 'vitest';
import { watchDevices } from '../../../src/engines/webllm/adapter.ts';

/** Test double of a WebGPU adapter class: keeps what was asked for, and can lose its device. */
function adapterDouble(limits: Record<string, number>) {
  let lose = (_: { reason: string; message: string }) => {};
  const device = Object.assign(new EventTarget(), { lost: new Promise((done) => (lose = done)) });
  const asked: GPUDeviceDescriptor[] = [];
  class Adapter {
    limits = limits;
    requestDevice(descriptor: GPUDeviceDescriptor) {
      asked.push(descriptor);
      return Promise.resolve(device);
    }
  }
  const fail = (error: object) => device.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  return {
    Adapter: Adapter as never,
    make: () => new Adapter() as unknown as GPUAdapter,
    asked,
    lose: (info: { reason: string; message: string }) => lose(info),
    fail,
  };
}
const LIMITS = { maxBufferSize: 500, maxStorageBufferBindingSize: 400 };

describe('the watch over devices', () => {
  it('asks for the adapter’s own limits, and leaves the rest as it was', async () => {
    const { Adapter, make, asked } = adapterDouble(LIMITS);
    const watch = watchDevices(Adapter);
    await make().requestDevice({
      requiredFeatures: ['shader-f16'],
      requiredLimits: { maxStorageBufferBindingSize: 128, maxComputeWorkgroupStorageSize: 32 },
    });
    expect(asked[0]).toEqual({ requiredFeatures: ['shader-f16'], requiredLimits: { ...LIMITS, maxComputeWorkgroupStorageSize: 32 } });
    watch.stop();
    await make().requestDevice({});
    expect(asked[1]).toEqual({});
  });

  it('hears the first uncaptured error of a device, once', async () => {
    const { Adapter, make, fail, lose } = adapterDouble(LIMITS);
    const watch = watchDevices(Adapter);
    watch.onTrouble = vi.fn();
    await make().requestDevice();
    fail({ message: 'binding too large' });
    fail({ message: 'again' });
    lose({ reason: 'unknown', message: '' });
    await Promise.resolve();
    expect(watch.onTrouble).toHaveBeenCalledExactlyOnceWith({ kind: 'error', detail: 'binding too large' });
  });

  it.each([
    ['unknown', 'lost'],
    ['destroyed', 'memory'],
  ])('tells a device that is %s as %s', async (reason, kind) => {
    const { Adapter, make, lose } = adapterDouble(LIMITS);
    const watch = watchDevices(Adapter);
    watch.onTrouble = vi.fn();
    await make().requestDevice();
    lose({ reason, message: 'gone' });
    await vi.waitFor(() => expect(watch.onTrouble).toHaveBeenCalledWith({ kind, detail: 'gone' }));
  });

  it('is silent when the loss was asked for', async () => {
    const { Adapter, make, lose } = adapterDouble(LIMITS);
    const watch = watchDevices(Adapter);
    watch.onTrouble = vi.fn();
    await make().requestDevice();
    watch.expectLoss();
    lose({ reason: 'destroyed', message: '' });
    await new Promise((done) => setTimeout(done, 5));
    expect(watch.onTrouble).not.toHaveBeenCalled();
  });
});
