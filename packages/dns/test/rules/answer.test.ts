import { expect, test } from 'vitest';
import { answerQuery } from '../../src/rules/answer.ts';
import { ask, dataOf, decode, instanceOf, LOCAL, queryOf, zoneOf } from '../fixtures.ts';

const DOMAIN = 'ambassador.internal';
const ZONE = zoneOf({ instances: [instanceOf('a')] });
const CROWD = zoneOf({
  instances: Array.from({ length: 100 }, (_, index) => instanceOf(`i${index}`, { addresses: [`10.0.0.${index}`] })),
});
const REMOTE = { transport: 'udp', isLocal: false } as const;
const FLAGS_AT = 2;
const COUNTS_AT = 4;

/** A query with some bytes changed. */
function alter(bytes: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const altered = Uint8Array.from(bytes);
  for (const [at, value] of Object.entries(changes)) altered[Number(at)] = value;
  return altered;
}

test('an answer is authoritative, offers no recursion, and has the id and RD of its query', () => {
  expect(ask(ZONE, `redis.${DOMAIN}`, 'A', { id: 4711 })).toMatchObject({
    id: 4711,
    type: 'response',
    flag_aa: true,
    flag_rd: true,
    flag_ra: false,
    flag_tc: false,
    code: 0,
  });
});

test('names have no case, and the question and its records come back in the case in which it was asked', () => {
  const answer = ask(ZONE, 'rEDis.AmbassaDOR.inTERnal', 'A');
  expect(answer.questions).toMatchObject([{ name: 'rEDis.AmbassaDOR.inTERnal' }]);
  expect(answer.answers).toMatchObject([{ name: 'rEDis.AmbassaDOR.inTERnal', data: '10.0.0.1' }]);
});

test('a name that is not there is NXDOMAIN, one without this type NODATA, both with the SOA and its minimum (RFC 2308)', () => {
  for (const [name, type, code] of [
    [`none.${DOMAIN}`, 'A', 3],
    [`none.redis.${DOMAIN}`, 'TXT', 3],
    [`redis.${DOMAIN}`, 'AAAA', 0],
    [`redis.${DOMAIN}`, 'MX', 0],
    [`redis.${DOMAIN}`, 'UNKNOWN_65280', 0],
    [DOMAIN, 'A', 0],
    // RFC 8020: names end in it.
    [`_tcp.${DOMAIN}`, 'SRV', 0],
    [`_dns-sd._udp.${DOMAIN}`, 'A', 0],
  ] as const) {
    const asked = type === 'UNKNOWN_65280' ? retype(queryOf(name, 'A'), 65_280) : queryOf(name, type);
    const answer = decode(answerQuery(asked, ZONE, LOCAL));
    expect(answer, `${name} ${type}`).toMatchObject({ code, flag_aa: true, answers: [] });
    expect(answer.authorities, `${name} ${type}`).toMatchObject([{ type: 'SOA', name: DOMAIN, ttl: 1 }]);
  }
});

test('what is not of the zone is refused, with nothing beside it', () => {
  for (const name of ['example.com', 'internal', 'redis.local', `x${DOMAIN}`, '.']) {
    expect(ask(ZONE, name, 'A'), name).toMatchObject({ code: 5, flag_aa: false, answers: [], authorities: [] });
  }
  expect(ask(ZONE, DOMAIN, 'AXFR')).toMatchObject({ code: 5, answers: [] });
  const chaos = alter(queryOf(`redis.${DOMAIN}`, 'TXT'), { [queryOf(`redis.${DOMAIN}`, 'TXT').length - 1]: 3 });
  expect(decode(answerQuery(chaos, ZONE, LOCAL)).code).toBe(5);
});

test('ANY has one small answer (RFC 8482)', () => {
  expect(ask(ZONE, `redis.${DOMAIN}`, 'ANY').answers).toMatchObject([
    { type: 'HINFO', data: { cpu: 'RFC8482', os: '' } },
  ]);
  expect(ask(ZONE, `none.${DOMAIN}`, 'ANY').code).toBe(3);
});

test('an opcode that is no query is NOTIMP, more or less than one question FORMERR, in twelve bytes', () => {
  const query = queryOf(`redis.${DOMAIN}`, 'A');
  const code = (bytes: Uint8Array): readonly [number, number] => {
    const answer = answerQuery(bytes, ZONE, LOCAL);
    return answer.kind === 'answered' ? [(answer.bytes[3] ?? 0) & 15, answer.bytes.length] : [-1, 0];
  };
  // STATUS, NOTIFY, UPDATE, DSO
  for (const opcode of [2, 4, 5, 6]) expect(code(alter(query, { [FLAGS_AT]: opcode << 3 }))).toEqual([4, 12]);
  expect(code(alter(query, { [COUNTS_AT + 1]: 0 }))).toEqual([1, 12]);
  expect(code(alter(query, { [COUNTS_AT + 1]: 2 }))).toEqual([1, 12]);
  expect(code(query.slice(0, query.length - 1))).toEqual([1, 12]);
  expect(code(Uint8Array.of(...query, 0))).toEqual([1, 12]);
});

test('what is an answer itself, or no header, gets none', () => {
  const query = queryOf(`redis.${DOMAIN}`, 'A');
  expect(answerQuery(alter(query, { [FLAGS_AT]: 0x80 }), ZONE, LOCAL)).toEqual({ kind: 'dropped' });
  for (let length = 0; length < 12; length++) {
    expect(answerQuery(query.slice(0, length), ZONE, LOCAL)).toEqual({ kind: 'dropped' });
  }
});

test('EDNS is answered with EDNS, and a version above 0 with BADVERS (RFC 6891)', () => {
  expect(ask(ZONE, `redis.${DOMAIN}`, 'A').additionals).toEqual([]);
  expect(ask(ZONE, `redis.${DOMAIN}`, 'A', { edns: 1232 }).additionals).toMatchObject([
    { type: 'OPT', udpPayloadSize: 1232, ednsVersion: 0, extendedRcode: 0 },
  ]);
  const newer = ask(ZONE, `redis.${DOMAIN}`, 'A', { edns: 1232, version: 1 });
  expect(newer).toMatchObject({
    code: 0,
    answers: [],
    additionals: [{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }],
  });
});

test('two OPT records, or one of another name than the root, are FORMERR', () => {
  const query = queryOf(`redis.${DOMAIN}`, 'A', { edns: 1232 });
  const opt = query.slice(-11);
  const twice = alter(Uint8Array.of(...query, ...opt), { 11: 2 });
  expect(answerQuery(twice, ZONE, LOCAL)).toMatchObject({ code: 'FORMERR' });
  const named = Uint8Array.of(...query.slice(0, -11), 1, 0x61, 0, ...opt.slice(1));
  expect(answerQuery(named, ZONE, LOCAL)).toMatchObject({ code: 'FORMERR' });
});

test('what does not fit into a datagram is left out whole, with TC, and comes over TCP', () => {
  const small = ask(CROWD, `redis.${DOMAIN}`, 'A');
  expect(small).toMatchObject({ flag_tc: true, code: 0, answers: [] });
  expect(ask(CROWD, `redis.${DOMAIN}`, 'A', { edns: 1232 }).flag_tc).toBe(true);
  expect(dataOf(ask(CROWD, `redis.${DOMAIN}`, 'A', { edns: 4096 }))).toHaveLength(100);
  expect(dataOf(ask(CROWD, `redis.${DOMAIN}`, 'A', { asker: { transport: 'tcp', isLocal: false } }))).toHaveLength(100);
});

test('what only stands beside an answer is left out without TC', () => {
  const answer = ask(CROWD, `_redis._tcp.${DOMAIN}`, 'SRV', { edns: 3000 });
  expect([answer.flag_tc, dataOf(answer).length]).toEqual([false, 100]);
  expect((answer.additionals ?? []).length).toBeLessThan(101);
});

test('who is not on this machine gets three times the bytes that he sent, or TC', () => {
  for (const type of ['A', 'AAAA', 'SRV', 'TXT', 'SOA', 'NS', 'ANY', 'PTR']) {
    for (const name of [`redis.${DOMAIN}`, `_redis._tcp.${DOMAIN}`, DOMAIN, `none.${DOMAIN}`]) {
      for (const edns of [undefined, 4096]) {
        const query = queryOf(name, type, edns === undefined ? {} : { edns });
        const answer = answerQuery(query, CROWD, REMOTE);
        if (answer.kind === 'dropped') throw new Error('no answer');
        expect(answer.bytes.length, `${name} ${type}`).toBeLessThanOrEqual(3 * query.length);
      }
    }
  }
  expect(ask(ZONE, `redis.${DOMAIN}`, 'A', { asker: REMOTE })).toMatchObject({
    flag_tc: false,
    answers: [{ data: '10.0.0.1' }],
  });
});

test('a label that is no text comes back to the bit', () => {
  const query = queryOf(`axyz.${DOMAIN}`, 'A');
  const binary = alter(query, { 13: 0xff, 14: 0xfe, 15: 0x00 });
  const answer = answerQuery(binary, ZONE, LOCAL);
  if (answer.kind === 'dropped') throw new Error('no answer');
  expect(answer.code).toBe('NXDOMAIN');
  expect(answer.bytes.slice(12, binary.length)).toEqual(binary.slice(12));
  expect(decode(answer).authorities).toMatchObject([{ type: 'SOA', name: DOMAIN }]);
});

function retype(query: Uint8Array, type: number): Uint8Array {
  return alter(query, { [query.length - 4]: type >> 8, [query.length - 3]: type & 255 });
}
