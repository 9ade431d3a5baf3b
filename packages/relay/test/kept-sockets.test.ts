import { beforeEach, expect, test } from 'vitest';
import type { HeldSocket } from '../src/held-socket.ts';
import { KeptSockets } from '../src/kept-sockets.ts';
import type { ListenPlace } from '../src/target.ts';

const AT: ListenPlace = { kind: 'tcp', address: '127.0.0.1', port: 6379 };

let open: Set<number>;
let kept: KeptSockets;

beforeEach(() => {
  open = new Set();
  let fd = 10;
  kept = new KeptSockets(async (): Promise<HeldSocket> => {
    fd += 1;
    const own = fd;
    open.add(own);
    return { address: { kind: 'unix', path: '/x' }, fd: own, release: () => void open.delete(own) };
  });
});

test('a place that is let go of is free', async () => {
  const held = await kept.hold(AT);
  held.release();
  expect(open.size).toBe(0);
});

test('where the next is expected he gets the socket of the last, who then closes nothing', async () => {
  const first = await kept.hold(AT);
  const letGo = kept.keep([AT]);
  first.release();
  expect(open.size).toBe(1);
  const second = await kept.hold(AT);
  expect(second.fd).toBe(first.fd);
  letGo();
  first.release();
  expect(open.size).toBe(1);
  second.release();
  expect(open.size).toBe(0);
});

test('what nobody has taken is closed, and port 0 is another one each time', async () => {
  const first = await kept.hold(AT);
  const free = await kept.hold({ ...AT, port: 0 });
  const letGo = kept.keep([AT, { ...AT, port: 0 }]);
  free.release();
  expect(open.size).toBe(1);
  first.release();
  letGo();
  expect(open.size).toBe(0);
});
