import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../src/wire/decode.ts';
import { encodeMessage, splitMessage } from '../../../src/wire/encode.ts';
import { TYPE_ANY, TYPE_CODES } from '../../../src/wire/record.ts';
import { response } from '../../wire/messages.ts';
import {
  ask,
  Driver,
  ENUMERATION,
  foreignSrv,
  HOST,
  PEER,
  query,
  REDIS_NAME,
  REDIS_TYPE,
  record,
} from './responder-driver.ts';

const SEEDS = [
  query([ask(REDIS_TYPE, TYPE_CODES.PTR), ask(HOST, TYPE_CODES.A, true), ask(ENUMERATION, TYPE_CODES.PTR)]),
  query([ask(REDIS_NAME, TYPE_ANY)], { authorities: [foreignSrv()] }),
  query([ask(REDIS_TYPE, TYPE_CODES.PTR)], {
    truncated: true,
    answers: [record(REDIS_TYPE, { type: 'PTR', target: REDIS_NAME })],
  }),
  response([foreignSrv(), record(HOST, { type: 'A', address: '10.0.0.9' }, 0)]),
].map(encodeMessage);

const mutation = fc.record({ at: fc.nat(400), byte: fc.nat(255) });
const packet = fc.record({
  seed: fc.nat(SEEDS.length - 1),
  mutations: fc.array(mutation, { maxLength: 4 }),
  port: fc.constantFrom(5353, 40_000),
  isThisHost: fc.boolean(),
  wait: fc.nat(600),
});

describe('the responder among hostile packets', () => {
  it('never throws, comes to rest, and says nothing that cannot be read', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), (packets) => {
        const driver = Driver.settled({ random: 0.3 });
        for (const { seed, mutations, port, isThisHost, wait } of packets) {
          const bytes = Uint8Array.from(SEEDS[seed] ?? []);
          for (const { at, byte } of mutations) bytes[at % bytes.length] = byte;
          const decoded = decodeMessage(bytes);
          if (decoded !== undefined) driver.receive(decoded.message, { ...PEER, port, isThisHost });
          driver.runFor(wait);
        }
        driver.runFor(60_000);
        expect(driver.responder.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
        for (const { transmit } of driver.sent) {
          for (const bytes of splitMessage(transmit.message)) expect(decodeMessage(bytes)?.damaged).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  }, 20_000);
});
