/** A double of a worker: a port of this thread, with what the test says behind it. */
import { expose } from 'comlink';
import type { OptimizerApi } from '../../../src/worker/protocol.ts';

export class PortWorker {
  ended = false;
  private readonly near: MessagePort;
  private readonly far: MessagePort;

  constructor(api: Partial<OptimizerApi>) {
    const { port1, port2 } = new MessageChannel();
    this.near = port1;
    this.far = port2;
    expose({ ping: async () => 1, observe: async () => {}, ...api }, port2 as never);
    this.near.start();
  }
  addEventListener: MessagePort['addEventListener'] = (...args: [never, never]) => this.near.addEventListener(...args);
  removeEventListener: MessagePort['removeEventListener'] = (...args: [never, never]) => this.near.removeEventListener(...args);
  postMessage: MessagePort['postMessage'] = (...args: [never, never]) => this.near.postMessage(...args);
  terminate(): void {
    this.ended = true;
    this.near.close();
    this.far.close();
  }
}
