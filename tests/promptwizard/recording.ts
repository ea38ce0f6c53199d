/** Recorded runs from their files. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { readRecording, type Recording } from '../../src/formats/recording.ts';
import { deriveSeed } from '../../src/promptwizard/random.ts';

/** Names a text in a recording's `tokens`. */
export const textKey = (text: string): string => `${deriveSeed(1, text).toString(36)}.${text.length}`;

export const openRecording = async (file: URL): Promise<Recording> => readRecording(gunzipSync(await readFile(file)).toString('utf8'));
