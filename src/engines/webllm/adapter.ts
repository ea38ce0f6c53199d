/**
 * The package asks for a device itself, and neither passes on its errors nor asks for more than 128 MiB a binding when the
 * adapter offers less than 1 GiB. Both are mended where it asks.
 */

export interface DeviceTrouble {
  /** `memory`: an allocation failed. `error`: anything else that WebGPU did not catch. `lost`: the device is gone. */
  kind: 'memory' | 'error' | 'lost';
  detail: string;
}

export interface DeviceWatch {
  /** Called at most once per device, with the first trouble. Output after it is garbage. */
  onTrouble: ((trouble: DeviceTrouble) => void) | null;
  /** From now on a lost device is what was asked for. */
  expectLoss(): void;
  /** Puts the browser's own method back. */
  stop(): void;
}

/** Limits that the models need as large as they come. */
const GREEDY = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

interface AdapterClass {
  prototype: { requestDevice: GPUAdapter['requestDevice'] };
}

/** @param adapterClass `GPUAdapter` of this worker; a double in tests */
export function watchDevices(adapterClass: AdapterClass): DeviceWatch {
  const { prototype } = adapterClass;
  const original = prototype.requestDevice;
  let expected = false;

  const watch: DeviceWatch = {
    onTrouble: null,
    expectLoss() {
      expected = true;
    },
    stop() {
      prototype.requestDevice = original;
    },
  };

  prototype.requestDevice = async function requestDevice(this: GPUAdapter, descriptor: GPUDeviceDescriptor = {}) {
    const requiredLimits: GPUDeviceDescriptor['requiredLimits'] = { ...descriptor.requiredLimits };
    for (const name of GREEDY) requiredLimits[name] = this.limits[name];
    const device = await original.call(this, { ...descriptor, requiredLimits });
    expected = false;
    let heard = false;
    const report = (trouble: DeviceTrouble) => {
      if (heard || expected) return;
      heard = true;
      watch.onTrouble?.(trouble);
    };
    device.addEventListener('uncapturederror', (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      report({ kind: isOutOfMemory(error) ? 'memory' : 'error', detail: error.message });
    });
    // The package destroys the device when a buffer can't be made, so `destroyed` is trouble too unless it was asked for.
    void device.lost.then((info) => report({ kind: info.reason === 'destroyed' ? 'memory' : 'lost', detail: info.message }));
    return device;
  };
  return watch;
}

const isOutOfMemory = (error: GPUError): boolean =>
  error.constructor.name === 'GPUOutOfMemoryError' || /out of memory/i.test(error.message);
