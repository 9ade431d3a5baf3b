import { Duplex } from 'node:stream';
import type { Leg } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { writeCommand } from '../../src/redis/command.ts';
import { SessionLeg } from '../../src/redis/session-leg.ts';

const WORLD = { moved: () => undefined, tlsClient: () => undefined, logIn: async () => true };

/** A connection whose kernel has taken nothing yet. */
class FullLeg extends Duplex implements Leg {
  readonly taken: Buffer[] = [];

  override _read(): void {
    // Nothing comes.
  }

  override _write(chunk: Buffer): void {
    this.taken.push(chunk);
  }

  resetAndDestroy(): this {
    return this.destroy();
  }
}

test('what follows a login in a lent buffer stays as it was until upstream has taken it', async () => {
  const upstream = new FullLeg();
  const leg = new SessionLeg(upstream, WORLD);
  const login = writeCommand(['AUTH', 'mine']);
  const size = leg.writableHighWaterMark;
  // A splice lends chunks from this size on, and has them back as soon as the write is done with.
  const lent = Buffer.concat([login, writeCommand(['SET', 'key', 'a'.repeat(size)])]).subarray(0, size);
  const expected = Buffer.from(lent.subarray(login.length));
  leg.write(lent);
  await new Promise(setImmediate);
  if (leg.writableLength === 0) lent.fill('b');
  expect(Buffer.concat(upstream.taken).equals(expected)).toBe(true);
  leg.destroy();
});
