import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dismissClient } from '../src/refusal.ts';
import { MemoryLeg } from './memory-leg.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function connect(): [MemoryLeg, MemoryLeg] {
  const [far, client] = MemoryLeg.pair();
  for (const leg of [far, client]) leg.on('error', () => {});
  client.pause();
  return [far, client];
}

test('a dismissed client has the last word, whatever it still sends, and is let go when it ends', async () => {
  const [far, client] = connect();
  dismissClient(client, Buffer.from('bye'));
  for (let count = 0; count < 20; count += 1) far.write(Buffer.alloc(1000));
  let heard = '';
  for await (const chunk of far.end()) heard += String(chunk);
  expect(heard).toBe('bye');
  await vi.waitFor(() => expect(client.closed).toBe(true));
});

test('one that does not end is reset after a moment', async () => {
  const [far, client] = connect();
  dismissClient(client, Buffer.from('bye'));
  far.resume();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(client.destroyed).toBe(true);
  expect(far.errored).toMatchObject({ code: 'ECONNRESET' });
});

test('one that has gone is left alone', () => {
  const [, client] = connect();
  client.destroy();
  dismissClient(client, Buffer.from('bye'));
});
