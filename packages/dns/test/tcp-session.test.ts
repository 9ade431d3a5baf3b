import { Duplex } from 'node:stream';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { frameMessage } from '../src/message-reader.ts';
import { serveTcp } from '../src/tcp-session.ts';

const QUERY = Uint8Array.of(1, 2, 3);
const ANSWER = Uint8Array.of(9, 9);

/** A connection of which one end is the test's. */
function connect(answer: (query: Uint8Array) => Uint8Array | undefined = () => ANSWER) {
  const clock = new ManualClock();
  const written: number[] = [];
  let refused = 0;
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Uint8Array, _, done) {
      written.push(...chunk);
      done();
    },
  });
  serveTcp(socket, { clock, answer, onRefused: () => (refused += 1) });
  const say = async (...bytes: readonly number[]): Promise<void> => {
    socket.push(Uint8Array.from(bytes));
    await new Promise(setImmediate);
  };
  return { clock, socket, say, written, refused: () => refused };
}

test('several queries at once, and one byte by byte, have their answers in order', async () => {
  const asked: number[][] = [];
  const { say, written } = connect((query) => {
    asked.push([...query]);
    return ANSWER;
  });
  await say(...frameMessage(QUERY), ...frameMessage(Uint8Array.of(4)));
  for (const byte of frameMessage(QUERY)) await say(byte);
  expect(asked).toEqual([[1, 2, 3], [4], [1, 2, 3]]);
  expect(written).toEqual([0, 2, 9, 9, 0, 2, 9, 9, 0, 2, 9, 9]);
});

test('ten seconds without a whole query end it, however the bytes drip', async () => {
  const { clock, socket, say, refused } = connect();
  await say(...frameMessage(QUERY));
  await clock.advance(9_000);
  await say(0);
  await clock.advance(999);
  expect(socket.destroyed).toBe(false);
  await clock.advance(1);
  expect([socket.destroyed, refused()]).toEqual([true, 1]);
});

test('a length that no query has, or what is no query, ends it', async () => {
  const long = connect();
  await long.say(0xff, 0xff);
  expect([long.socket.destroyed, long.refused(), long.written]).toEqual([true, 1, []]);
  const none = connect(() => undefined);
  await none.say(...frameMessage(QUERY));
  expect([none.socket.destroyed, none.refused()]).toEqual([true, 1]);
});

test('who has said all gets the answer, and the end', async () => {
  const { socket, say, written, refused } = connect();
  await say(...frameMessage(QUERY));
  socket.push(null);
  await new Promise(setImmediate);
  expect([written.length, socket.writableEnded, refused()]).toEqual([4, true, 0]);
});

test('nothing is left waiting when it is gone', async () => {
  const { clock, socket, refused } = connect();
  socket.destroy();
  await new Promise(setImmediate);
  await clock.advance(60_000);
  expect(refused()).toBe(0);
});
