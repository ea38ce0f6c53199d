/** A clock that goes on in a hidden tab, where a page's own timers fall asleep. */
const timers = new Map<number, ReturnType<typeof setTimeout>>();

addEventListener('message', ({ data }: MessageEvent<{ id: number; ms: number | null }>) => {
  clearTimeout(timers.get(data.id));
  timers.delete(data.id);
  if (data.ms === null) return;
  const ring = () => {
    timers.delete(data.id);
    postMessage(data.id);
  };
  timers.set(data.id, setTimeout(ring, data.ms));
});
