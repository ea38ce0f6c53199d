const WORDS = { download: 'Downloading', unpack: 'Unpacking', verify: 'Checking' };
/** @param {number} bytes */
const mb = (bytes) => Math.round(bytes / 1e6);

/**
 * Shows how far a fetch is: one line that is written over on a terminal, a line every tenth elsewhere.
 * @param {NodeJS.WriteStream} [out]
 * @returns {(progress: import('./small-model.mjs').FetchProgress) => void}
 */
export function showProgress(out = process.stdout) {
  let last = '';
  return ({ phase, done, total }) => {
    const text = phase === 'download' ? `${WORDS[phase]}: ${mb(done)} of ${mb(total)} MB` : `${WORDS[phase]}…`;
    const step = phase === 'download' ? `${phase} ${Math.floor((10 * done) / total)}` : phase;
    if (out.isTTY) out.write(`\r\x1b[K${text}${phase === 'verify' ? '\n' : ''}`);
    else if (step !== last) out.write(`${text}\n`);
    last = step;
  };
}
