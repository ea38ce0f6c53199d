/** A stored run as a recording: what the app plays (`tools/ship-recording.mjs`) and the tests replay. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Recording } from '../../../src/formats/recording.ts';
import { estimateTokens } from '../../../src/promptwizard/tokens.ts';
import { textKey } from '../../promptwizard/recording.ts';
import { replay } from '../../promptwizard/replay.ts';
import type { CallCache } from './callCache.ts';
import type { StoredRun } from './storedRun.ts';

/** @throws Error when the run broke off, or does not replay to the same events over the stored replies */
export async function writeRecording(
  run: Pick<StoredRun, 'input' | 'events' | 'finished'>,
  cache: CallCache,
  file: string,
): Promise<string> {
  if (run.events.at(-1)?.type !== 'done') throw new Error('This run broke off, so there is nothing to record.');
  const hashes = [...new Set(run.events.flatMap((event) => (event.type === 'call' ? [event.hash] : [])))];
  const recording: Recording = {
    version: 1,
    model: run.input.model.title,
    date: run.finished.slice(0, 10),
    input: run.input,
    events: run.events,
    replies: hashes.flatMap((hash) => cache.get(hash) ?? []),
    reviewed: {},
    tokens: {},
  };
  const events = await replay(recording, (text) => (recording.tokens[textKey(text)] = estimateTokens(text)));
  if (JSON.stringify(events) !== JSON.stringify(run.events)) throw new Error('This run does not replay to the same events; run it again.');
  const bytes = gzipSync(JSON.stringify(recording), { level: 9 });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return `Written: ${file}, ${recording.replies.length} replies, ${recording.events.length} events, ${bytes.length.toLocaleString('en')} bytes.`;
}
