import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findClosedPort, TcpService } from '@mdns-ambassador/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { PeerStream } from '../../src/link/peer-stream.ts';
import { createSystemTransport } from '../../src/link/system-transport.ts';

/** Somebody connects to a port of ours on loopback. Resolves when he was hung up on, or let in. */
async function arrive(isServed: boolean) {
  const asked: string[] = [];
  const arrived: string[] = [];
  const transport = createSystemTransport({
    isServed: (address) => {
      asked.push(address);
      return isServed;
    },
  });
  let onStream = (_stream: PeerStream): void => undefined;
  const letIn = new Promise<'let in'>((resolve) => {
    onStream = (stream) => {
      stream.destroy();
      resolve('let in');
    };
  });
  const listener = await transport.listen(0, {
    mayArrive: (address) => {
      arrived.push(address);
      return true;
    },
    onStream,
    onShown: () => undefined,
    onStranger: () => undefined,
  });
  onTestFinished(() => listener.close());
  const socket = connect({ host: '127.0.0.1', port: listener.port });
  onTestFinished(() => void socket.destroy());
  const hungUp = new Promise<'hung up'>((resolve) => {
    socket.on('error', () => undefined).once('close', () => resolve('hung up'));
  });
  socket.resume();
  return { outcome: await Promise.race([letIn, hungUp]), asked, arrived };
}

test('Who comes in at an address that is not served is hung up on, and nothing else is asked', async () => {
  expect(await arrive(false)).toEqual({ outcome: 'hung up', asked: ['127.0.0.1'], arrived: [] });
  expect(await arrive(true)).toEqual({ outcome: 'let in', asked: ['127.0.0.1'], arrived: ['127.0.0.1'] });
});

test("A port that is another program's can't be had, and the reason names it", async () => {
  const other = await TcpService.start(() => undefined);
  onTestFinished(() => other.close());
  const transport = createSystemTransport({ isServed: () => true });
  const receiver = {
    mayArrive: () => true,
    onStream: () => undefined,
    onShown: () => undefined,
    onStranger: () => undefined,
  };
  await expect(transport.listen(other.port, receiver)).rejects.toThrow(`${other.port}`);
  await expect(
    transport.dial({ host: '127.0.0.1', port: await findClosedPort() }, new AbortController().signal),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('Nothing of peer links is sent over UDP', () => {
  const sources = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => /dgram/.test(readFileSync(join(sources, file), 'utf8')))).toEqual([]);
});
