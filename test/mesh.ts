import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { onTestFinished } from 'vitest';
import { runAmbassador } from './ambassador.ts';
import { BACKEND_COUNT } from './backends.ts';

/** A folder that every host of the lab sees, gone after the test. */
export function makeSharedFolder(): string {
  const folder = mkdtempSync('/tmp/mesh-test-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `mesh init`; the path of the key file. */
export async function initMesh(host: Host, folder: string, name = 'mesh.key'): Promise<string> {
  const path = join(folder, name);
  await mesh(host, 'init', path);
  return path;
}

/** `mesh token`, kept in a file of its own; its path. */
export async function cutToken(
  host: Host,
  keyFile: string,
  role: 'announce' | 'proxy',
  service: string,
): Promise<string> {
  const path = `${keyFile}.${role}.${service}`;
  const script = `umask 077; "$@" > ${path}`;
  const { AMBASSADOR } = await import('./ambassador.ts');
  await host.read('sh', [
    '-c',
    script,
    'sh',
    process.execPath,
    AMBASSADOR,
    'mesh',
    'token',
    `--${role}`,
    service,
    keyFile,
  ]);
  return path;
}

/** Runs `mesh` to its end, which must be a good one; what it printed. */
export async function mesh(host: Host, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runAmbassador(host, ['mesh', ...args]);
  if (code !== 0) throw new Error(`mesh ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** Until the proxy on the host after the backends knows all of them. */
export async function knowsBackends(proxying: HostProcess, lan: Lab): Promise<void> {
  const names = lan.hosts.slice(0, BACKEND_COUNT).map(({ name }) => `thing on ${name}`);
  await proxying.until((output) => names.every((name) => output.includes(name)));
}
