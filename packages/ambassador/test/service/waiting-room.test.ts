import { expect, test } from 'vitest';
import { WaitingRoom } from '../../src/service/waiting-room.ts';

test('everyone who waits goes on at the next release', async () => {
  const room = new WaitingRoom();
  const waits = [room.enter(new AbortController().signal), room.enter(new AbortController().signal)];
  expect(room.size).toBe(2);
  room.release();
  await Promise.all(waits);
  expect(room.size).toBe(0);
});

test('whose signal aborts leaves with its reason, and the others stay', async () => {
  const room = new WaitingRoom();
  const impatient = new AbortController();
  const left = room.enter(impatient.signal);
  const stays = room.enter(new AbortController().signal);
  impatient.abort(new Error('too long'));
  await expect(left).rejects.toThrow('too long');
  expect(room.size).toBe(1);
  room.release();
  await stays;
});

test('whose signal aborted before does not enter', async () => {
  const room = new WaitingRoom();
  await expect(room.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(room.size).toBe(0);
});
