import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HeldSocket, holdSocket, type Target } from '../../../packages/relay/src/index.ts';

const ANY_PORT: Target = { kind: 'tcp', address: '127.0.0.1', port: 0 };
/** Listens on the socket that it was passed, and says its argument to whoever comes. */
const CHILD = `
  const { createServer } = require('node:net');
  createServer((socket) => socket.on('error', () => {}).end(process.argv[1])).listen({ fd: 3 }, () => process.stdout.write('ready'));`;
let folder = '';
let held: HeldSocket | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'held-'));
});
afterEach(() => {
  held?.release();
  rmSync(folder, { recursive: true });
});

async function startChild({ fd }: HeldSocket, name: string) {
  const child = spawn(process.execPath, ['-e', CHILD, name], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const exited = once(child, 'exit');
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('a client that comes while the child is away is served by the next one', async () => {
  held = await holdSocket(ANY_PORT);
  const port = held.address.kind === 'tcp' ? held.address.port : 0;
  const first = await startChild(held, 'first');
  expect(await readToEnd(await connectTo(port))).toEqual({ kind: 'ended', bytes: Buffer.from('first') });
  await first.kill();
  const reading = readToEnd(await connectTo(port));
  const second = await startChild(held, 'second');
  expect(await reading).toEqual({ kind: 'ended', bytes: Buffer.from('second') });
  await second.kill();
});

test('once it is released and the child is gone, nobody listens there', async () => {
  const released = await holdSocket(ANY_PORT);
  const port = released.address.kind === 'tcp' ? released.address.port : 0;
  const child = await startChild(released, 'x');
  released.release();
  released.release();
  await child.kill();
  await expect(connectTo(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a port that is taken is refused, and so is an address that is not of this machine', async () => {
  const service = await TcpService.start(() => {});
  await expect(holdSocket({ ...ANY_PORT, port: service.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringContaining(`127.0.0.1:${service.port} is in use by another process`),
  });
  await service.close();
  await expect(holdSocket({ kind: 'tcp', address: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    code: 'EADDRNOTAVAIL',
  });
});

test("a unix socket is its owner's alone, replaces one that was left behind, and goes when it is released", async () => {
  const path = join(folder, 'thing.sock');
  const before = await holdSocket({ kind: 'unix', path });
  const child = await startChild(before, 'unix');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await readToEnd(connect({ path }))).toEqual({ kind: 'ended', bytes: Buffer.from('unix') });
  await expect(holdSocket({ kind: 'unix', path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await child.kill();
  before.release();
  expect(existsSync(path)).toBe(false);

  writeFileSync(path, '');
  await expect(holdSocket({ kind: 'unix', path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
