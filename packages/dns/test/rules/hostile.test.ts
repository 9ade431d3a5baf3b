import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Asker, answerQuery } from '../../src/rules/answer.ts';
import { instanceOf, proxyOf, queryOf, zoneOf } from '../fixtures.ts';

const ZONE = zoneOf({
  instances: [instanceOf('redis on h1'), instanceOf('b', { addresses: ['10.0.0.2', 'fd00::2'] })],
  proxies: [proxyOf('postgres')],
});
const ASKERS: readonly Asker[] = [
  { transport: 'udp', isLocal: true },
  { transport: 'udp', isLocal: false },
  { transport: 'tcp', isLocal: true },
];
const QUERIES = [
  queryOf('redis.ambassador.internal', 'A'),
  queryOf('_redis._tcp.ambassador.internal', 'SRV', { edns: 4096 }),
  queryOf('redis on h1._redis._tcp.ambassador.internal', 'TXT', { edns: 512 }),
];
const RUNS = 5_000;

/** Whether what is said to the bytes is no more than may be said. */
function isAnsweredWell(bytes: Uint8Array): boolean {
  return ASKERS.every((asker) => {
    const answer = answerQuery(bytes, ZONE, asker);
    if (answer.kind === 'dropped') return true;
    const [idHigh, idLow, flags = 0] = answer.bytes;
    const mostBytes = asker.isLocal ? 65_535 : Math.max(12, 3 * bytes.length);
    return idHigh === bytes[0] && idLow === bytes[1] && flags >= 0x80 && answer.bytes.length <= mostBytes;
  });
}

test('any bytes get an answer of their own id or none, and nothing throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), isAnsweredWell), { numRuns: RUNS });
});

test('so do queries of which some bytes are others', () => {
  const changes = fc.array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...QUERIES), changes, fc.nat({ max: 100 }), (query, altered, cut) => {
      const bytes = Uint8Array.from(query);
      for (const [at, value] of altered) if (at < bytes.length) bytes[at] = value;
      return isAnsweredWell(bytes) && isAnsweredWell(bytes.slice(0, cut));
    }),
    { numRuns: RUNS },
  );
});

test('instances of any name are told of, each under a label of its own', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 15, unit: 'grapheme' }), { maxLength: 20 }),
      (names) => {
        const fits = names.filter((name) => new TextEncoder().encode(name).length <= 63);
        const distinct = fits.filter(
          (name, at) => fits.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === at,
        );
        const addresses = distinct.map((_, index) => `10.0.1.${index}`);
        const zone = zoneOf({
          instances: distinct.map((name, index) => instanceOf(name, { addresses: [addresses[index] ?? ''] })),
        });
        const shared = [...zone.names].filter(
          ([name, records]) =>
            name !== 'redis.ambassador.internal' && records.filter(({ data }) => data.type === 'A').length > 1,
        );
        expect(shared).toEqual([]);
      },
    ),
  );
});
