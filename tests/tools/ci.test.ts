import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ci-'));
  await mkdir(join(home, 'bin'));
  await cp(fileURLToPath(new URL('../../.ci/run', import.meta.url)), join(home, '.ci/run'));
});
afterEach(() => rm(home, { recursive: true }));

/** Doubles of npm, which ends as told for each of its commands, and of Python. */
async function run(npm: string): Promise<{ code: number | null; lines: string[] }> {
  const programs = { npm: `#!/bin/sh\ncase "$*" in ${npm} esac\n`, python3: '#!/bin/sh\n' };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(home, 'bin', name), text);
    await chmod(join(home, 'bin', name), 0o755);
  }
  const PATH = [join(home, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  const child = spawn('bash', [join(home, '.ci/run')], { env: { PATH } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, lines: said.trim().split('\n') })));
}

it.each(['ci*) exit 3;;', '"run check") exit 3;;', '"run build") exit 3;;'])(
  'a step that fails before the tests counts as one: %s',
  async (npm) => {
    expect(await run(`${npm} test*) echo "never";;`)).toEqual({ code: 3, lines: ['0 passed, 1 failed, 0 skipped'] });
  },
);

it.each([
  [0, '7 passed, 0 failed, 1 skipped'],
  [1, '6 passed, 1 failed, 1 skipped'],
])('ends as the tests end, with %i and their own line', async (code, line) => {
  expect(await run(`test*) echo "${line}"; exit ${code};;`)).toEqual({ code, lines: [line] });
});
