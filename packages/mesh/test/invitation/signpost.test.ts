import { ManualClock } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ElsewhereError, encodeElsewhere, readElsewhere } from '../../src/invitation/elsewhere.ts';
import { cutFrame, encodeFrame, SHORT_BYTES } from '../../src/invitation/frame.ts';
import { encodeHello, NONCE_BYTES } from '../../src/invitation/hello.ts';
import { Signpost } from '../../src/invitation/signpost.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { codeOf, createBytes, RIGHT, visit } from './parties.ts';

const INVITER = { host: '10.99.0.1', port: 40_000 };
const A_MOMENT_MS = 1_000;
const LIFETIME_MS = 5_000;

interface Stranger {
  readonly leg: MemoryLeg;
  /** All that came. */
  said(): Buffer;
}

function raise(clock = new ManualClock()) {
  const asked: string[] = [];
  const signpost = new Signpost(clock, (number, from) => {
    asked.push(from);
    return number === RIGHT.number ? INVITER : undefined;
  });
  const come = (from: string): MemoryLeg => {
    const [client, server] = MemoryLeg.pair(from);
    signpost.accept(server, from);
    return client;
  };
  return { clock, come, asked };
}

function listen(leg: MemoryLeg): Stranger {
  const chunks: Buffer[] = [];
  leg.on('data', (chunk: Buffer) => chunks.push(chunk));
  leg.on('error', () => undefined);
  leg.resume();
  return { leg, said: () => Buffer.concat(chunks) };
}

test('who comes for an invitation that is known is told where it is, and tells nothing of himself', async () => {
  const { clock, come, asked } = raise();
  const guest = visit(come('10.99.0.2'), RIGHT, clock);
  await clock.advance(A_MOMENT_MS);
  expect(guest.outcome()).toBe('elsewhere: the inviter is at 10.99.0.1:40000');
  expect(guest.contexts).toEqual([]);
  expect(asked).toEqual(['10.99.0.2']);
  const other = visit(come('10.99.0.2'), codeOf('8-tiger-velvet-orbit'), clock);
  await clock.advance(A_MOMENT_MS);
  expect(other.outcome()).toMatch(/^other-number: /);
  expect(clock.pendingTimers).toBe(0);
});

test('one question has one answer of some bytes; who asks nothing is hung up on after five seconds, and more than two of one address or sixteen at once', async () => {
  const { clock, come } = raise();
  const hello = encodeFrame('hello', encodeHello(RIGHT.number, createBytes('a')(NONCE_BYTES)));
  const asking = listen(come('10.99.0.3'));
  for (let time = 0; time < 3; time++) {
    if (asking.leg.writable) asking.leg.write(hello);
    await clock.advance(A_MOMENT_MS);
  }
  expect(asking.said()).toEqual(encodeFrame('elsewhere', encodeElsewhere(INVITER)));
  const silent = Array.from({ length: 20 }, (_, index) => listen(come(`10.99.1.${index}`)));
  const same = Array.from({ length: 3 }, () => listen(come('10.99.1.0')));
  await clock.advance(A_MOMENT_MS);
  expect(silent.filter(({ leg }) => !leg.readableEnded && !leg.destroyed)).toHaveLength(16);
  expect(same.every(({ leg }) => leg.readableEnded || leg.destroyed)).toBe(true);
  await clock.advance(LIFETIME_MS);
  expect(silent.every(({ leg }) => leg.readableEnded || leg.destroyed)).toBe(true);
  expect(listen(come('10.99.1.0')).leg.destroyed).toBe(false);
});

test('who has begun to prove the code is sent nowhere', async () => {
  const clock = new ManualClock();
  const [joiner, other] = MemoryLeg.pair('10.99.0.66');
  const guest = visit(joiner, RIGHT, clock);
  other.write(encodeFrame('greeting', createBytes('g')(NONCE_BYTES)));
  other.write(encodeFrame('elsewhere', encodeElsewhere(INVITER)));
  await clock.advance(A_MOMENT_MS);
  expect(guest.outcome()).toMatch(/^malformed: /);
});

test('a place fits into a short frame; any other bytes are no place, and no error but that', () => {
  const longest = { host: 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', port: 65_535 };
  expect(encodeElsewhere(longest).length).toBeLessThanOrEqual(SHORT_BYTES);
  expect(readElsewhere(encodeElsewhere(longest))).toMatchObject({ code: 'elsewhere', place: longest });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: SHORT_BYTES }), (bytes) => {
      const read = readElsewhere(Buffer.from(bytes));
      expect(read instanceof ElsewhereError || read.code === 'malformed').toBe(true);
      expect(cutFrame(encodeFrame('elsewhere', bytes), SHORT_BYTES)).toMatchObject({ frame: { kind: 'elsewhere' } });
    }),
  );
});
