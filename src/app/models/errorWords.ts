/** An engine's error for a person: its own sentence, and the next step the page can offer. */
export interface ErrorWords {
  code: string;
  title: string;
  message: string;
  /** Cancelled by the person: said calmly. */
  calm: boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  'no-webgpu': 'This browser has no WebGPU',
  'no-f16': 'This graphics card lacks 16-bit numbers',
  'device-too-small': 'This device is too small for that model',
  'software-adapter': 'There is only a software graphics card',
  'memory-limit': 'More memory than this site allows',
  'no-space': 'Too little free space',
  offline: 'No connection',
  'bad-address': 'Nothing usable at that address',
  'not-a-model': 'That is not a model file',
  'wrong-size': 'The download is damaged',
  'download-failed': 'The download stopped',
  'load-failed': 'The model could not be loaded',
  'load-timeout': 'Loading took too long',
  'self-test-failed': 'The model failed its self-test and was refused',
  'out-of-memory': 'Out of memory',
  'device-lost': 'The graphics card was lost',
  'needs-key': 'The server wants a key',
  'not-allowed': 'This page may not ask that server',
  aborted: 'Cancelled',
};

/** `name` is the code and `message` the sentence, as they come over from the worker; anything else is named as it is. */
export function errorWords(error: unknown): ErrorWords {
  const { name = 'Error', message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  const title = TITLES[name] ?? 'That did not work';
  if (name === 'aborted')
    return { code: name, title, message: 'What was downloaded so far is kept; the next try goes on from there.', calm: true };
  return { code: name, title, message: message || 'No reason was given. Please try again.', calm: false };
}
