import { Socket } from 'node:net';
import { Uncaught } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { handOver } from '../src/hand-over.ts';

test('a receiver that throws loses the socket that it was given, and the error is seen', async () => {
  using uncaught = new Uncaught();
  const socket = new Socket();
  handOver(socket, () => {
    throw new Error('broken');
  });
  await new Promise(setImmediate);
  expect(socket.destroyed).toBe(true);
  expect(uncaught.errors).toEqual([new Error('broken')]);
});
