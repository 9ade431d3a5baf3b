import { decodeMessage } from '@mdns-ambassador/mdns';
import {
  FLAGS,
  HOSTILE_PACKETS,
  HostileTarget,
  hostilePacket,
  PLAIN_PACKETS,
  rawName,
  rawPacket,
  rawRecord,
  rawSrv,
  TYPES,
} from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const RUNS = 20_000;
/** Messages and events of one packet; far above what 9,000 bytes can hold, far below what a mistake makes of them. */
const MAX_RECORDS = 9_000;
/** Of one source and service in the cache. */
const MAX_INSTANCES_OF_ONE_SOURCE = 512;

describe('reading hostile packets', () => {
  it('never throws, nor makes more of a packet than there is in it', () => {
    fc.assert(
      fc.property(hostilePacket, (bytes) => {
        const decoded = decodeMessage(bytes);
        if (decoded === undefined) return;
        const { questions, answers, authorities, additionals } = decoded.message;
        const read = questions.length + answers.length + authorities.length + additionals.length;
        expect(read + decoded.damaged).toBeLessThan(MAX_RECORDS);
      }),
      // Others in each run; fast-check tells the seed of what fails. A million by test/soak/packets.mjs.
      { numRuns: RUNS },
    );
  });

  it('keeps the good record behind a bad one', () => {
    const [short, tooLong] = (HOSTILE_PACKETS['pointers in a chain'] ?? []).map((bytes) => decodeMessage(bytes));
    expect(short?.message.answers.map(({ name }) => name.join('.'))).toEqual(['', 'a', 'h2-k3x9.local']);
    expect(tooLong?.message.answers.map(({ name }) => name.join('.'))).toEqual(['', 'h2-k3x9.local']);
    expect(tooLong?.damaged).toBe(1);
  });
});

describe('a node among hostile packets', () => {
  let target: HostileTarget;

  beforeEach(async () => {
    target = new HostileTarget();
    await target.start();
  });

  afterEach(async () => {
    await target.node.close();
    expect(target.clock.pendingTimers).toBe(0);
  });

  const announceGenuine = async (): Promise<void> => {
    const instance = rawName('genuine', '_redis', '_tcp', 'local');
    const host = rawName('h2', 'local');
    const bytes = rawPacket({
      flags: FLAGS.response,
      answers: [
        rawRecord(rawName('_redis', '_tcp', 'local'), TYPES.PTR, instance, { ttl: 4_500 }),
        rawRecord(instance, TYPES.SRV, rawSrv(6379, host), { flush: true }),
        rawRecord(instance, TYPES.TXT, Uint8Array.of(0), { flush: true }),
        rawRecord(host, TYPES.A, Uint8Array.of(10, 0, 0, 2), { flush: true }),
      ],
    });
    target.receive(bytes, '10.0.0.2');
    await target.clock.advance(100);
  };

  it.each(Object.entries(HOSTILE_PACKETS))(
    'survives %s, knows who is there and finds who comes',
    async (_class, packets) => {
      await announceGenuine();
      for (let round = 0; round < 40; round++) {
        for (const [index, bytes] of packets.entries()) target.receive(bytes, `10.0.1.${index}`, 5353 + (round % 2));
        await target.clock.advance(50);
      }
      expect(target.known).toContain('genuine');
      expect(target.known.size).toBeLessThanOrEqual(MAX_INSTANCES_OF_ONE_SOURCE * packets.length);
      target.known.clear();
      await target.node.close();
      target = new HostileTarget(2);
      await target.start();
      for (const bytes of packets) target.receive(bytes);
      await announceGenuine();
      expect(target.known).toContain('genuine');
    },
  );

  // Others in each run; the name tells which.
  it.each([Date.now()])('survives what fast-check makes of seed %i, and still answers', async (seed) => {
    await announceGenuine();
    const packets = fc.sample(hostilePacket, { numRuns: 5_000, seed });
    for (const [index, bytes] of packets.entries()) {
      target.receive(bytes, `10.0.1.${index % 50}`, index % 10 === 0 ? 40_000 : 5353);
      if (index % 10 === 0) await target.clock.advance(20);
    }
    expect(target.node.counters.received).toBe(packets.length + 1);
    expect(target.node.counters.undecodable).toBeGreaterThan(0);
    expect(target.node.counters.damagedRecords).toBeGreaterThan(0);
    await target.clock.advance(10_000);
    const sentBefore = target.sentPackets;
    for (const bytes of PLAIN_PACKETS.slice(0, 1)) target.receive(bytes);
    await target.clock.advance(1_000);
    expect(target.sentPackets).toBeGreaterThan(sentBefore);
  });

  it('sends little, however much it is asked', async () => {
    const sentBefore = target.sentPackets;
    for (let second = 0; second < 60; second++) {
      for (let index = 0; index < 20; index++) {
        for (const bytes of PLAIN_PACKETS.slice(0, 3)) target.receive(bytes, `10.0.2.${index}`);
      }
      await target.clock.advance(1_000);
    }
    // RFC 6762 6: each of its records once a second at most, those that are due together in one packet.
    expect((target.sentPackets - sentBefore) / 60).toBeLessThan(5);
  });
});
