import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, encodeHeader, encodeWindow } from '../../src/streams/frame.ts';
import { WINDOW_BYTES } from '../../src/streams/window.ts';
import { createVictim, settle } from './session-fixture.ts';

const stream = fc.integer({ min: 1, max: 6 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
/** What a peer may say that knows the protocol and means no good. */
const frame = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(stream, bytes).map(([number, said]) => encodeFrame('open', number, said)) },
  { weight: 6, arbitrary: fc.tuple(stream, bytes).map(([number, said]) => encodeFrame('data', number, said)) },
  { weight: 2, arbitrary: fc.tuple(stream, fc.nat()).map(([number, granted]) => encodeWindow(number, granted)) },
  { weight: 2, arbitrary: stream.map((number) => encodeFrame('end', number)) },
  { weight: 2, arbitrary: stream.map((number) => encodeFrame('reset', number)) },
  { weight: 1, arbitrary: fc.constantFrom('ping', 'pong', 'drain').map((kind) => encodeFrame(kind as 'ping')) },
  { weight: 1, arbitrary: stream.map((number) => encodeHeader('data', number, 60_000)) },
  { weight: 1, arbitrary: bytes.map((said) => Buffer.from(said)) },
  // A window, or more than that.
  { weight: 2, arbitrary: fc.tuple(stream, fc.constantFrom(4, 5)).map(([number, count]) => flood(number, count)) },
);
/** They may arrive together. */
const said = fc.array(frame, { minLength: 1, maxLength: 4 }).map((frames) => Buffer.concat(frames));
/** What is done at our end meanwhile. */
const deed = fc.constantFrom('read', 'write', 'end', 'reset', 'open', 'wait');

/** The fourth stream, which was ended at our end, has said its last byte. */
const OVER_AND_UNREAD = Buffer.concat([encodeFrame('data', 4, Buffer.from([0])), encodeFrame('end', 4)]);

function flood(number: number, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => encodeFrame('data', number, Buffer.alloc(65_536))));
}

test('no peer, whatever it says and whatever is done meanwhile, has a session throw, hold more than its windows, or go on after a violation', {
  timeout: FUZZ_TIMEOUT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('opener' as const, 'receiver' as const),
      fc.array(fc.oneof(said, deed), { maxLength: 40 }),
      async (kind, steps) => {
        const victim = createVictim(kind);
        const opened = kind === 'opener' ? Array.from({ length: 3 }, () => victim.session.open()) : [];
        for (const one of opened) one.write('?');
        victim.peer.resume();
        let picked = 0;
        for (const step of steps) {
          if (typeof step !== 'string') victim.peer.write(step);
          else {
            const legs = [...opened, ...victim.streams];
            const leg = legs[picked++ % Math.max(1, legs.length)];
            if (step === 'wait') await settle(2);
            else if (step === 'open' && kind === 'opener' && !victim.session.isOver) opened.push(victim.session.open());
            else if (step === 'read') leg?.resume();
            else if (step === 'write' && leg?.writable === true) leg.write(Buffer.alloc(20_000));
            else if (step === 'end') leg?.end();
            else if (step === 'reset') leg?.resetAndDestroy();
          }
        }
        await settle(4);
        expect(victim.ends.length).toBeLessThanOrEqual(1);
        expect(victim.late).toEqual([]);
        // Of those, too, that are over both ways and wait for their reader alone, whatever becomes of the connection.
        const live = [...opened, ...victim.streams].filter((leg) => !leg.destroyed);
        if (victim.ends.length > 0) expect(live.filter((leg) => !leg.writableFinished)).toEqual([]);
        expect(victim.held.bytes).toBeLessThanOrEqual(live.length * WINDOW_BYTES);
        victim.peer.destroy();
        for (const leg of [...opened, ...victim.streams]) leg.resume();
        await settle(4);
        expect(victim.ends).toHaveLength(1);
        expect(victim.held.bytes).toBe(0);
        expect([...opened, ...victim.streams].every((leg) => leg.destroyed)).toBe(true);
      },
    ),
    {
      numRuns: countFuzzRuns(400),
      examples: [
        ['receiver', [encodeFrame('open', 6, Buffer.from([0])), 'wait', encodeFrame('end', 6), 'end']],
        ['opener', ['read', 'read', 'open', 'end', OVER_AND_UNREAD, 'wait', encodeFrame('data', 5, Buffer.from([0]))]],
      ],
    },
  );
});
