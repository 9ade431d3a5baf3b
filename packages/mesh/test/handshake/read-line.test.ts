import { expect, test } from 'vitest';
import { readLine } from '../../src/handshake/read-line.ts';
import { MemoryLeg } from '../leg-pair.ts';

const never = new AbortController().signal;

test('a line is read, and what follows it is left, with the leg paused', async () => {
  const [client, server] = MemoryLeg.pair();
  const reading = readLine(server, 512, never);
  client.write('hel');
  client.write('lo\nmore');
  expect(String(await reading)).toBe('hello');
  expect(server.isPaused()).toBe(true);
  expect(String(server.read())).toBe('more');
  expect(server.listenerCount('data')).toBe(0);
});

test('a line that is too long, an end, a reset and an abort each have their code', async () => {
  const cases: readonly (readonly [string, (client: MemoryLeg, abort: AbortController) => void])[] = [
    ['LINE_TOO_LONG', (client) => client.write('123456789')],
    ['ENDED', (client) => client.end('1234')],
    ['ECONNRESET', (client) => client.resetAndDestroy()],
    ['ABORTED', (_, abort) => abort.abort()],
  ];
  for (const [code, act] of cases) {
    const [client, server] = MemoryLeg.pair();
    const abort = new AbortController();
    const reading = readLine(server, 8, abort.signal);
    act(client, abort);
    await expect(reading).rejects.toMatchObject({ code });
  }
});

test('a leg that has ended, and a signal that was aborted, are seen at once', async () => {
  const [, server] = MemoryLeg.pair();
  await expect(readLine(server, 8, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
  server.destroy();
  await expect(readLine(server, 8, never)).rejects.toMatchObject({ code: 'ENDED' });
});
