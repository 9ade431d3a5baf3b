import { Duplex } from 'node:stream';
import type { Leg } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { writeCommand } from '../../src/redis/command.ts';
import { SessionLeg } from '../../src/redis/session-leg.ts';

const LOGIN = writeCommand(['AUTH', 'app', 'ours']);
const WORLD = { moved: () => undefined, tlsClient: () => undefined, login: () => LOGIN, nextLogin: async () => LOGIN };
const LOGIN_OF_CLIENT = writeCommand(['AUTH', 'mine']);

/** A connection whose kernel takes a chunk when it is told to. */
class SlowLeg extends Duplex implements Leg {
  readonly taken: Buffer[] = [];
  #waiting: (() => void) | undefined;

  override _read(): void {
    // Nothing comes.
  }

  /** Keeps what it was given, as the kernel has not taken it. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting = () => {
      this.taken.push(Buffer.from(chunk));
      done();
    };
  }

  takeNext(): boolean {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    return waiting !== undefined;
  }

  resetAndDestroy(): this {
    return this.destroy();
  }
}

test.each([16_384, 65_536, 100])(
  'what is written in a lent buffer of %i bytes stays as it was until upstream has taken all of it',
  async (size) => {
    const set = writeCommand(['SET', 'key', 'a'.repeat(size)]);
    const ping = writeCommand(['PING']);
    for (const parts of [
      [LOGIN_OF_CLIENT, set],
      [ping, LOGIN_OF_CLIENT, set],
      [set, LOGIN_OF_CLIENT, ping],
    ]) {
      const upstream = new SlowLeg();
      const leg = new SessionLeg(upstream, WORLD);
      const lent = Buffer.concat(parts);
      const expected = Buffer.concat(parts.map((part) => (part === LOGIN_OF_CLIENT ? LOGIN : part)));
      let isBack = false;
      leg.write(lent, () => {
        isBack = true;
        // Who has lent it reads into it again.
        lent.fill('b');
      });
      do {
        await new Promise(setImmediate);
        if (leg.writableLength === 0) expect(isBack).toBe(true);
      } while (upstream.takeNext());
      expect(Buffer.concat(upstream.taken).equals(expected)).toBe(true);
      expect(isBack).toBe(true);
      leg.destroy();
    }
  },
);
