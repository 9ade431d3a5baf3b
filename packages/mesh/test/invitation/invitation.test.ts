import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, SHORT_BYTES } from '../../src/invitation/frame.ts';
import { SHARE_AFTER_MS } from '../../src/invitation/share-delay.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { codeOf, connect, forward, host, LIFETIME_MS, MEMBERSHIP, RIGHT, visit, WRONG } from './parties.ts';

const A_MOMENT_MS = 1_000;
const CONVERSATION_MS = 15_000;

describe('who knows the code', () => {
  test('joins, and both ends know the same of their connection', async () => {
    const hosted = host();
    const guest = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toBe('joined');
    expect(guest.kept).toEqual([MEMBERSHIP]);
    expect(hosted.end()).toEqual({ kind: 'joined', from: '10.99.0.2', isKept: true });
    expect(hosted.requests).toEqual([{ request: 'the request of laptop', context: guest.contexts[0] }]);
    expect(hosted.events).toEqual([{ kind: 'came', from: '10.99.0.2' }]);
    expect(hosted.clock.pendingTimers).toBe(0);
  });

  test('is one alone: of two at once one joins, and who comes later learns that it is over', async () => {
    const hosted = host();
    const guests = ['a', 'b'].map((seed) => visit(connect(hosted, seed), RIGHT, hosted.clock, seed));
    await hosted.clock.advance(A_MOMENT_MS);
    const late = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guests.filter((guest) => guest.outcome() === 'joined')).toHaveLength(1);
    expect(hosted.requests).toHaveLength(1);
    expect(late.outcome()).toMatch(/^over: the invitation is over; ask for another one/);
  });

  test('and is not let in is told why, and the invitation goes on', async () => {
    const hosted = host({ kind: 'refused', reason: 'there is a laptop already' });
    const guest = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toBe('refused: there is a laptop already');
    expect(hosted.events.at(-1)).toEqual({
      kind: 'turned-away',
      from: '10.99.0.2',
      reason: 'there is a laptop already',
    });
    expect(hosted.end()).toBeUndefined();
  });

  test('joins after others guessed wrong twice', async () => {
    const hosted = host();
    for (const seed of ['a', 'b']) {
      visit(connect(hosted), WRONG, hosted.clock, seed);
      await hosted.clock.advance(A_MOMENT_MS);
    }
    const guest = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toBe('joined');
  });
});

describe('who guesses', () => {
  test('is told so, and after three wrong codes the invitation is over for everybody', async () => {
    const hosted = host();
    const outcomes: unknown[] = [];
    for (const seed of ['a', 'b', 'c']) {
      const guest = visit(connect(hosted), WRONG, hosted.clock, seed);
      await hosted.clock.advance(A_MOMENT_MS);
      outcomes.push(guest.outcome());
    }
    expect(outcomes).toEqual([
      'wrong-code: the code is wrong; the inviter takes 2 more wrong ones',
      'wrong-code: the code is wrong; the inviter takes 1 more wrong one',
      'wrong-code: the code is wrong; the invitation is over, ask for another one (ambassador mesh invite)',
    ]);
    expect(hosted.end()).toEqual({ kind: 'guessed', from: ['10.99.0.2'] });
    const right = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(right.outcome()).toMatch(/^over: /);
    expect(hosted.requests).toEqual([]);
  });

  test('counts each, however many guess at once', async () => {
    const hosted = host();
    const guests = ['a', 'b', 'c', 'd', 'e'].map((from) => visit(connect(hosted, from), WRONG, hosted.clock, from));
    await hosted.clock.advance(A_MOMENT_MS);
    expect(hosted.events.filter(({ kind }) => kind === 'wrong-code')).toHaveLength(3);
    expect(hosted.end()).toMatchObject({ kind: 'guessed' });
    expect(guests.map((guest) => guest.outcome()?.split(':')[0])).toEqual([
      ...Array.from({ length: 3 }, () => 'wrong-code'),
      ...Array.from({ length: 2 }, () => 'over'),
    ]);
  });

  test('does not count before he has shown a proof, and gets none before that', async () => {
    const hosted = host();
    for (const seed of ['a', 'b', 'c', 'd']) {
      const sent: Buffer[] = [];
      const joiner = forward(hosted, (chunk, from) => {
        if (from === 'inviter') sent.push(chunk);
        // The proof never arrives.
        return from === 'joiner' && chunk[0] === 4 ? undefined : chunk;
      });
      visit(joiner, WRONG, hosted.clock, seed);
      await hosted.clock.advance(CONVERSATION_MS + A_MOMENT_MS);
      expect(sent.map((chunk) => chunk[0])).toEqual([2, 3]);
    }
    expect(hosted.end()).toBeUndefined();
    expect(hosted.events.filter(({ kind }) => kind === 'wrong-code')).toEqual([]);
  });

  test('for another number is no guess', async () => {
    const hosted = host();
    const guest = visit(connect(hosted), codeOf('8-tiger-velvet-orbit'), hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toMatch(/^other-number: /);
    expect([hosted.events, guest.proofs()]).toEqual([[], 0]);
  });
});

describe('who stands between', () => {
  test('and forwards sees neither the request nor the membership', async () => {
    const hosted = host();
    const seen: Buffer[] = [];
    const joiner = forward(hosted, (chunk) => {
      seen.push(chunk);
      return chunk;
    });
    const guest = visit(joiner, RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toBe('joined');
    const bytes = Buffer.concat(seen);
    for (const secret of ['the request of laptop', 'membership', 'tiger', '7-tiger-velvet-orbit']) {
      expect(bytes.includes(secret)).toBe(false);
    }
  });

  test('and changes one byte of what comes before the proofs has neither end prove anything to the other', async () => {
    for (let at = 0; at < 6; at++) {
      const hosted = host();
      let frames = 0;
      const joiner = forward(hosted, (chunk) => {
        if (frames++ !== at) return chunk;
        const last = chunk.length - 1;
        chunk[last] = (chunk[last] ?? 0) ^ 1;
        return chunk;
      });
      const guest = visit(joiner, RIGHT, hosted.clock);
      await hosted.clock.advance(CONVERSATION_MS + A_MOMENT_MS);
      expect(guest.outcome(), String(at)).not.toBe('joined');
      expect(hosted.requests).toEqual([]);
      expect(guest.contexts).toEqual([]);
    }
  });

  test('and plays the inviter with a code of his own is told nothing', async () => {
    const impostor = host();
    const guest = visit(connect(impostor), codeOf('7-velvet-velvet-orbit'), impostor.clock);
    await impostor.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toMatch(/^wrong-code/);
    expect([guest.contexts, impostor.requests]).toEqual([[], []]);
    expect(guest.proofs()).toBe(1);
  });

  test('and sends a share or a proof back to whom it is of gets nowhere', async () => {
    const hosted = host();
    const [joiner, mirror] = MemoryLeg.pair();
    const guest = visit(joiner, RIGHT, hosted.clock);
    mirror.on('data', (chunk: Buffer) => {
      mirror.write(chunk[0] === 1 ? encodeFrame('greeting', Buffer.alloc(16)) : Buffer.from(chunk));
    });
    mirror.resume();
    await hosted.clock.advance(A_MOMENT_MS);
    expect(guest.outcome()).toBe('wrong-code: the other end does not know the code: it is not who invited you');
    expect(guest.contexts).toEqual([]);
  });
});

describe('a connection that', () => {
  test('breaks at any step leaves the invitation as it was, until a membership is given', async () => {
    for (let cut = 0; cut < 8; cut++) {
      const hosted = host();
      let frames = 0;
      const joiner = forward(hosted, (chunk) => {
        if (frames++ !== cut) return chunk;
        joiner.destroy();
        return undefined;
      });
      const first = visit(joiner, RIGHT, hosted.clock);
      await hosted.clock.advance(CONVERSATION_MS + A_MOMENT_MS);
      const second = visit(connect(hosted), RIGHT, hosted.clock, 'second');
      await hosted.clock.advance(A_MOMENT_MS);
      const isGiven = cut >= 7;
      expect([first.outcome()?.split(':')[0], second.outcome()?.split(':')[0]], String(cut)).toEqual(
        isGiven ? ['ended', 'over'] : ['ended', 'joined'],
      );
      expect(hosted.end()).toMatchObject({ kind: 'joined', isKept: !isGiven });
      expect(hosted.clock.pendingTimers).toBe(0);
    }
  });

  test('says nothing is closed after a while, and eight of them at most are kept', async () => {
    const hosted = host();
    const silent = Array.from({ length: 8 }, (_, index) => connect(hosted, `10.99.0.${index}`));
    const ninth = visit(connect(hosted, '10.99.1.1'), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(ninth.outcome()).toMatch(/^busy: /);
    for (const leg of silent) leg.resume();
    await hosted.clock.advance(CONVERSATION_MS);
    expect(silent.every((leg) => leg.readableEnded)).toBe(true);
    const later = visit(connect(hosted), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect(later.outcome()).toBe('joined');
  });

  test('is the third of one address is turned away', async () => {
    const hosted = host();
    connect(hosted);
    connect(hosted);
    const third = visit(connect(hosted), RIGHT, hosted.clock);
    const other = visit(connect(hosted, '10.99.0.3'), RIGHT, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    expect([third.outcome()?.split(':')[0], other.outcome()]).toEqual(['busy', 'joined']);
  });

  test('sends more than a frame has, or a long one before its time, is closed', async () => {
    for (const bytes of [
      encodeFrame('hello', Buffer.alloc(SHORT_BYTES + 1)),
      encodeFrame('sealed', Buffer.alloc(60_000)),
      Buffer.alloc(1_000_000, 1),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    ]) {
      const hosted = host();
      const leg = connect(hosted);
      leg.resume();
      leg.write(bytes);
      await hosted.clock.advance(10);
      expect(leg.readableEnded).toBe(true);
      expect(hosted.events).toEqual([]);
    }
  });
});

test('an invitation ends after its time, also for who is about to join', async () => {
  const hosted = host();
  await hosted.clock.advance(LIFETIME_MS - SHARE_AFTER_MS / 2);
  const guest = visit(connect(hosted), RIGHT, hosted.clock);
  await hosted.clock.advance(A_MOMENT_MS);
  expect([guest.outcome()?.split(':')[0], hosted.end()]).toEqual(['over', { kind: 'expired' }]);
});

test('what is computed from the code is sent at a time that does not depend on it', async () => {
  for (const code of [RIGHT, WRONG]) {
    const hosted = host();
    const times: number[] = [];
    const joiner = forward(hosted, (chunk) => {
      times.push(hosted.clock.now());
      return chunk;
    });
    visit(joiner, code, hosted.clock);
    await hosted.clock.advance(A_MOMENT_MS);
    // hello, greeting | share | share, the proof, and the verdict.
    expect(times.slice(0, 6)).toEqual([
      0,
      0,
      SHARE_AFTER_MS,
      2 * SHARE_AFTER_MS,
      2 * SHARE_AFTER_MS,
      2 * SHARE_AFTER_MS,
    ]);
  }
});

test('whatever comes, at either end, is dropped without an error, and costs no guess', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          fc
            .tuple(
              fc.constantFrom(
                'hello' as const,
                'greeting' as const,
                'share' as const,
                'confirm' as const,
                'sealed' as const,
              ),
              fc.uint8Array({ minLength: 1, maxLength: SHORT_BYTES }),
            )
            .map(([kind, body]) => encodeFrame(kind, body)),
        ),
        { maxLength: 6 },
      ),
      async (chunks) => {
        const hosted = host();
        const leg = connect(hosted);
        const [joiner, other] = MemoryLeg.pair();
        const guest = visit(joiner, RIGHT, hosted.clock);
        for (const chunk of chunks) for (const sink of [leg, other]) if (sink.writable) sink.write(Buffer.from(chunk));
        await hosted.clock.advance(CONVERSATION_MS + A_MOMENT_MS);
        expect(guest.outcome()).toMatch(/^(?:ended|malformed|over|busy|wrong-code|version|other-number): /);
        expect(guest.contexts).toEqual([]);
        expect(hosted.requests).toEqual([]);
        expect(hosted.end()).toBeUndefined();
      },
    ),
    { numRuns: 100 },
  );
});
