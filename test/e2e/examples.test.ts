import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';
import { afterAll, expect, test } from 'vitest';
import { AMBASSADOR } from '../ambassador.ts';
import { CONTAINER_EXAMPLES } from './docker/container-examples.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const LIMIT_MS = 240_000;
const NEEDS = /^needs (?<command>\S+) (?<debian>\S+)$/gm;

/** Of somebody who has a mesh already. */
const home = mkdtempSync(join(tmpdir(), 'home-'));
afterAll(() => rm(home, { recursive: true }));
const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), AMBASSADOR_LOG_LEVEL: 'silent' };

const reason = await Lab.unavailable();
const folders = (await readdir(EXAMPLES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
const demos = folders.map(({ name }) => `${name}/demo.sh`).sort();

// Those that need a Docker daemon have one in test/e2e/docker.
await runToEnd(process.execPath, [AMBASSADOR, 'mesh', 'init', join(home, 'config', 'ambassador', 'mesh.key')]);
for (const demo of demos.filter((path) => !CONTAINER_EXAMPLES.some((name) => path === `${name}/demo.sh`))) {
  const missing = await findMissing(demo);
  const excuse = reason ?? (missing.length > 0 ? `install ${missing.join(' ')}` : undefined);
  if (excuse !== undefined && process.env.CI !== 'true') {
    test.skip(`examples/${demo} (skipped: ${excuse})`);
  } else {
    test(`examples/${demo} shows what it says`, { timeout: LIMIT_MS }, async ({ signal }) => {
      const { code, output } = await run(demo, signal);
      expect(code, output).toBe(0);
    });
  }
}

async function findMissing(demo: string): Promise<readonly string[]> {
  const script = await readFile(EXAMPLES + demo, 'utf8');
  const needed = [...script.matchAll(NEEDS)].map(({ groups }) => groups);
  const missing = await Promise.all(
    needed.map(async (groups) =>
      (await runToEnd('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${groups?.command}`])).code === 0
        ? []
        : [groups?.debian ?? ''],
    ),
  );
  return missing.flat();
}

function run(demo: string, signal: AbortSignal): Promise<{ readonly code: number | null; readonly output: string }> {
  return runToEnd('bash', [EXAMPLES + demo], signal);
}

async function runToEnd(
  command: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  // Its own clean-up ends what it started.
  signal?.addEventListener('abort', () => child.kill('SIGTERM'));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}
