import fc from 'fast-check';
import type { Message, Question } from '../../src/wire/message.ts';
import type { Name } from '../../src/wire/name.ts';
import type { RecordData, ResourceRecord } from '../../src/wire/record.ts';

const label = fc.oneof(
  fc.constantFrom('_redis', '_tcp', 'local', 'redis on h1', 'Büro.Drucker', 'h1'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => fitsLabel(text)),
);
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength }).map((array) => new Uint8Array(array));
const uint16 = fc.nat({ max: 0xffff });

export const nameArbitrary: fc.Arbitrary<Name> = fc.array(label, { maxLength: 5 });

const ipv6 = fc
  .array(fc.oneof(fc.constant(0), uint16), { minLength: 8, maxLength: 8 })
  .map((groups) => canonicalIpv6(groups));

export const dataArbitrary: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), address: fc.ipV4() }),
  fc.record({ type: fc.constant('AAAA' as const), address: ipv6 }),
  fc.record({ type: fc.constant('PTR' as const), target: nameArbitrary }),
  fc.record({
    type: fc.constant('SRV' as const),
    priority: uint16,
    weight: uint16,
    port: uint16,
    target: nameArbitrary,
  }),
  fc.record({ type: fc.constant('TXT' as const), strings: fc.array(bytes(255), { minLength: 1, maxLength: 4 }) }),
  fc.record({
    type: fc.constant('NSEC' as const),
    next: nameArbitrary,
    types: fc.uniqueArray(uint16, { maxLength: 5 }).map((types) => types.sort((a, b) => a - b)),
  }),
  fc.record({ type: fc.constant('OTHER' as const), code: fc.integer({ min: 256, max: 0xffff }), bytes: bytes(40) }),
);

const recordArbitrary: fc.Arbitrary<ResourceRecord> = fc.record({
  name: nameArbitrary,
  ttl: fc.nat({ max: 0xffffffff }),
  flush: fc.boolean(),
  data: dataArbitrary,
});

const question: fc.Arbitrary<Question> = fc.record(
  { name: nameArbitrary, type: uint16, unicast: fc.boolean(), anyClass: fc.constant<true>(true) },
  { requiredKeys: ['name', 'type', 'unicast'] },
);

export const messageArbitrary: fc.Arbitrary<Message> = fc.record({
  id: uint16,
  kind: fc.constantFrom('query' as const, 'response' as const),
  truncated: fc.boolean(),
  questions: fc.array(question, { maxLength: 4 }),
  answers: fc.array(recordArbitrary, { maxLength: 5 }),
  authorities: fc.array(recordArbitrary, { maxLength: 3 }),
  additionals: fc.array(recordArbitrary, { maxLength: 3 }),
});

/** The URL parser writes IPv6 as RFC 5952 does, but for the mixed notation of mapped addresses. */
function canonicalIpv6(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  }
  const text = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function fitsLabel(text: string): boolean {
  const encoded = new TextEncoder().encode(text);
  return (
    encoded.length >= 1 &&
    encoded.length <= 63 &&
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded) === text
  );
}
