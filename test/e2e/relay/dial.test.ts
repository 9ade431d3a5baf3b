import { once } from 'node:events';
import { connectTo, findClosedPort, SilentListener, TcpService } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { dial, startDial, type Target } from '../../../packages/relay/src/index.ts';

function at(port: number): Target {
  return { kind: 'tcp', address: '127.0.0.1', port };
}

describe('a dial', () => {
  test('resolves with a paused socket that the peer sees', async () => {
    const service = await TcpService.start((socket) => socket.end('hello'));
    const socket = await dial(at(service.port), { timeoutMs: 20_000 });
    expect(socket.isPaused()).toBe(true);
    expect(socket.allowHalfOpen).toBe(true);
    expect(String(await once(socket.resume(), 'data'))).toBe('hello');
    socket.end();
    await service.close();
  });

  test('that is refused says so in a sentence', async () => {
    const port = await findClosedPort();
    await expect(dial(at(port), { timeoutMs: 20_000 })).rejects.toMatchObject({
      name: 'RelayError',
      code: 'ECONNREFUSED',
      message: `127.0.0.1:${port} refused the connection`,
    });
  });

  test('that nobody answers ends when its time is up', async () => {
    const silent = await SilentListener.start();
    await expect(dial(at(silent.port), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'DIAL_TIMEOUT',
      message: `127.0.0.1:${silent.port} did not answer in time`,
    });
    await silent.close();
  });

  test('that is aborted rejects at once', async () => {
    const silent = await SilentListener.start();
    const abort = new AbortController();
    const dialled = dial(at(silent.port), { timeoutMs: 10_000, signal: abort.signal });
    abort.abort();
    await expect(dialled).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(dial(at(silent.port), { timeoutMs: 10_000, signal: abort.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await silent.close();
  });

  test('that is given up just before it connects leaves no socket and calls nobody', async () => {
    const service = await TcpService.start(() => {});
    let calls = 0;
    const giveUp = startDial(at(service.port), 20_000, () => {
      calls += 1;
    });
    giveUp();
    const after = await connectTo(service.port);
    after.destroy();
    await once(after, 'close');
    expect(calls).toBe(0);
    await service.close();
  });

  test('to a unix socket that is not there is refused', async () => {
    const target: Target = { kind: 'unix', path: '/nonexistent/socket' };
    await expect(dial(target, { timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
