import { expect, test } from 'vitest';
import { Front } from '../../src/http/bridge.ts';

const LISTENER = { onReset: () => undefined, onBytes: () => undefined };

test.each([
  ['client', (front: Front) => [front, front.back] as const],
  ['service', (front: Front) => [front.back, front] as const],
])('what the %s has said stays as it was, though its buffer is read into again', async (_side, choose) => {
  const front = new Front(LISTENER);
  const [from, to] = choose(front);
  const heard: Buffer[] = [];
  to.on('data', (chunk: Buffer) => heard.push(chunk));
  // A splice lends a buffer of its socket's, and has it back as soon as the write is done with.
  const lent = Buffer.alloc(65_536, 'a');
  from.write(lent);
  await expect.poll(() => from.writableLength).toBe(0);
  lent.fill('b');
  expect(Buffer.concat(heard).equals(Buffer.alloc(65_536, 'a'))).toBe(true);
  front.destroy();
});
