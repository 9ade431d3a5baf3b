import {
  FLAGS,
  join,
  rawName,
  rawPacket,
  rawPointer,
  rawPointerChain,
  rawQuestion,
  rawRecord,
  rawSrv,
  TYPES,
} from './raw-packet.ts';

/** What one packet can carry. */
const MANY = 300;
const HEADER_BYTES = 12;
/** RFC 1035 3.3.10 */
const TYPE_NULL = 10;
/** Behind the header, the root as name, and the fixed fields of a record. */
const CHAIN_AT = HEADER_BYTES + 1 + 10;

const type = rawName('_redis', '_tcp', 'local');
const instance = rawName('redis on h2', '_redis', '_tcp', 'local');
const host = rawName('h2-k3x9', 'local');
const address = Uint8Array.of(10, 0, 0, 9);
/** What {@link HostileTarget} has. */
const ownInstance = rawName('redis on h1', '_redis', '_tcp', 'local');
const ownHost = rawName('h1-k3x9', 'local');
const text = Uint8Array.of(4, 0x6b, 0x3d, 0x76, 0x21);

/** What well-behaved hosts send; mutations begin here. */
export const PLAIN_PACKETS: readonly Uint8Array[] = [
  rawPacket({ flags: FLAGS.query, questions: [rawQuestion(type, TYPES.PTR), rawQuestion(host, TYPES.A)] }),
  rawPacket({
    flags: FLAGS.query,
    questions: [rawQuestion(type, TYPES.PTR)],
    answers: [rawRecord(type, TYPES.PTR, instance)],
  }),
  rawPacket({
    flags: FLAGS.query,
    questions: [rawQuestion(instance, TYPES.ANY)],
    authorities: [rawRecord(instance, TYPES.SRV, rawSrv(6379, host))],
  }),
  rawPacket({
    flags: FLAGS.response,
    answers: [rawRecord(type, TYPES.PTR, instance, { ttl: 4500 })],
    additionals: [
      rawRecord(instance, TYPES.SRV, rawSrv(6379, host), { flush: true }),
      rawRecord(instance, TYPES.TXT, text, { flush: true, ttl: 4500 }),
      rawRecord(host, TYPES.A, address, { flush: true }),
      rawRecord(host, TYPES.NSEC, join([host, Uint8Array.of(0, 4, 0x40, 0, 0, 0)]), { flush: true }),
    ],
  }),
];

function listInstances(prefix: string): readonly Uint8Array[] {
  return Array.from({ length: MANY }, (_, index) => {
    const target = join([rawName(`${prefix} ${index}`).subarray(0, -1), rawPointer(HEADER_BYTES)]);
    return rawRecord(index === 0 ? type : rawPointer(HEADER_BYTES), TYPES.PTR, target, { ttl: 4500 });
  });
}

/** Wrong in its very name: at every record's beginning. */
function wrongName(name: Uint8Array): Uint8Array {
  return rawPacket({
    flags: FLAGS.response,
    answers: [rawRecord(name, TYPES.A, address), rawRecord(host, TYPES.A, address)],
  });
}

/** Pointers in a record of a type that nobody reads, for the names behind it. */
function hiddenChain(length: number): Uint8Array {
  return rawRecord(rawName(), TYPE_NULL, rawPointerChain(length, CHAIN_AT));
}

function useChain(_: unknown, index: number): Uint8Array {
  return rawRecord(rawPointer(CHAIN_AT + 1 + 2 * (index + 1)), TYPES.A, address);
}

/** A name behind that many pointers, and a good record. */
function chained(length: number): Uint8Array {
  const answers = [hiddenChain(length), useChain(undefined, length - 1), rawRecord(host, TYPES.A, address)];
  return rawPacket({ flags: FLAGS.response, answers });
}

/**
 * One or more packets of each class that brought others down, the python-zeroconf advisories of 2026 among them: recursion along
 * pointers, retention of what was logged, queries that are never complete, caches without end, caches that lie.
 */
export const HOSTILE_PACKETS: Readonly<Record<string, readonly Uint8Array[]>> = {
  'pointers in a chain': [
    chained(100),
    chained(128),
    chained(4_000),
    rawPacket({ flags: FLAGS.response, answers: [hiddenChain(1_000), ...Array.from({ length: MANY }, useChain)] }),
  ],
  'pointers to themselves, ahead, in a circle, and into the header': [
    wrongName(rawPointer(HEADER_BYTES)),
    wrongName(rawPointer(0x3fff)),
    wrongName(join([Uint8Array.of(1, 0x61), rawPointer(HEADER_BYTES)])),
    wrongName(join([rawPointer(HEADER_BYTES + 2), rawPointer(HEADER_BYTES)])),
    wrongName(rawPointer(0)),
  ],
  'names of too many labels, or too long': [
    wrongName(join([...Array.from({ length: 200 }, () => Uint8Array.of(1, 0x61)), Uint8Array.of(0)])),
    wrongName(join([...Array.from({ length: 8 }, () => rawName('x'.repeat(63)).subarray(0, -1)), Uint8Array.of(0)])),
    wrongName(Uint8Array.of(0x7f, 0x61, 0)),
    wrongName(Uint8Array.of(0x80, 0x61, 0)),
  ],
  'damage that is never the same': Array.from({ length: 16 }, (_, index) =>
    join([Uint8Array.of(index, index), wrongName(rawName(`\u0000${index}`)).subarray(2, 20 + index)]),
  ),
  'queries that never end': [
    rawPacket({
      flags: FLAGS.truncatedQuery,
      questions: [rawQuestion(type, TYPES.PTR)],
      answers: listInstances('known'),
    }),
    rawPacket({ flags: FLAGS.truncatedQuery, answers: listInstances('known too') }),
    rawPacket({
      flags: FLAGS.truncatedQuery,
      questions: Array.from({ length: MANY }, () => rawQuestion(type, TYPES.PTR)),
    }),
  ],
  'instances without end': Array.from({ length: 8 }, (_, index) =>
    rawPacket({ flags: FLAGS.response, answers: listInstances(`flood ${index}`) }),
  ),
  'records that lie': [
    rawPacket({ flags: FLAGS.response, answers: [rawRecord(type, TYPES.PTR, instance, { ttl: 0 })] }),
    rawPacket({
      flags: FLAGS.response,
      answers: [rawRecord(type, TYPES.PTR, instance, { ttl: 0xffffffff, flush: true })],
    }),
    rawPacket({
      flags: FLAGS.response,
      answers: [rawRecord(instance, TYPES.SRV, rawSrv(1, rawName()), { flush: true })],
    }),
    rawPacket({
      flags: FLAGS.response,
      answers: [rawRecord(instance, TYPES.SRV, rawSrv(0, instance), { flush: true })],
    }),
    rawPacket({
      flags: FLAGS.response,
      answers: Array.from({ length: MANY }, (_, index) =>
        rawRecord(host, TYPES.A, Uint8Array.of(10, 9, index >> 8, index & 0xff)),
      ),
    }),
    rawPacket({ flags: FLAGS.response, answers: [rawRecord(instance, TYPES.TXT, new Uint8Array(4_000))] }),
  ],
  'claims to what is ours': [
    rawPacket({
      flags: FLAGS.response,
      answers: [rawRecord(ownInstance, TYPES.SRV, rawSrv(1, host), { flush: true })],
    }),
    rawPacket({ flags: FLAGS.response, answers: [rawRecord(ownHost, TYPES.A, address, { flush: true })] }),
    rawPacket({ flags: FLAGS.response, answers: [rawRecord(type, TYPES.PTR, ownInstance, { ttl: 0 })] }),
    rawPacket({
      flags: FLAGS.query,
      questions: [rawQuestion(ownInstance, TYPES.ANY)],
      authorities: Array.from({ length: MANY }, (_, index) => rawRecord(ownInstance, TYPES.SRV, rawSrv(index, host))),
    }),
  ],
  'other opcodes and rcodes, no header, no end': [
    rawPacket({ flags: 0x2800, questions: [rawQuestion(type, TYPES.PTR)] }),
    rawPacket({ flags: 0x8403, answers: [rawRecord(host, TYPES.A, address)] }),
    new Uint8Array(0),
    new Uint8Array(9_001),
    Uint8Array.from([0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
  ],
};
