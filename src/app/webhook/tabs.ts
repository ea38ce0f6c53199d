/** A word to all open tabs: there may be something to send, for one that can. Part of the first load. */
const CHANNEL = 'promptevolver-webhook';

export function hearTabs(hear: () => void): void {
  new BroadcastChannel(CHANNEL).onmessage = hear;
}

export function tellTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(0);
  channel.close();
}
