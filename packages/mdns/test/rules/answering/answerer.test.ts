import { describe, expect, it } from 'vitest';
import type { Sender } from '../../../src/rules/machine.ts';
import { encodeMessage } from '../../../src/wire/encode.ts';
import { nameKey, parseName } from '../../../src/wire/name.ts';
import { TYPE_ANY, TYPE_CODES } from '../../../src/wire/record.ts';
import {
  additionalsOf,
  answersOf,
  ask,
  Driver,
  ENUMERATION,
  foreignSrv,
  HOST,
  LOOPED,
  PEER,
  query,
  REDIS,
  REDIS_NAME,
  REDIS_TYPE,
  record,
  typesOf,
} from './responder-driver.ts';

const LEGACY: Sender = { ...PEER, port: 40_000 };
const BROWSE = query([ask(REDIS_TYPE, TYPE_CODES.PTR)]);
const RESOLVE = query([ask(REDIS_NAME, TYPE_CODES.SRV)]);
/** What a browser that knows us lists. */
const known = (ttl: number) => record(REDIS_TYPE, { type: 'PTR', target: REDIS_NAME }, ttl);

describe('what a question is answered with', () => {
  it('PTR: the instance, with SRV, TXT and addresses as additionals (RFC 6763 12.1)', () => {
    const sent = Driver.settled().exchange(BROWSE);
    expect(answersOf(sent).map(({ data }) => data)).toEqual([{ type: 'PTR', target: REDIS_NAME }]);
    expect(typesOf(additionalsOf(sent))).toEqual(['SRV', 'TXT', 'A', 'AAAA']);
  });

  it('SRV: with addresses as additionals (RFC 6763 12.2)', () => {
    const sent = Driver.settled().exchange(RESOLVE);
    expect(typesOf(answersOf(sent))).toEqual(['SRV']);
    expect(typesOf(additionalsOf(sent))).toEqual(['A', 'AAAA']);
  });

  it('TXT: alone (RFC 6763 12.3)', () => {
    const sent = Driver.settled().exchange(query([ask(REDIS_NAME, TYPE_CODES.TXT)]));
    expect(typesOf(answersOf(sent))).toEqual(['TXT']);
    expect(additionalsOf(sent)).toEqual([]);
  });

  it('an address: with the other family (RFC 6762 6.2)', () => {
    const driver = Driver.settled();
    const ipv4 = driver.exchange(query([ask(HOST, TYPE_CODES.A)]));
    expect([typesOf(answersOf(ipv4)), typesOf(additionalsOf(ipv4))]).toEqual([['A'], ['AAAA']]);
    const ipv6 = driver.exchange(query([ask(HOST, TYPE_CODES.AAAA)]));
    expect([typesOf(answersOf(ipv6)), typesOf(additionalsOf(ipv6))]).toEqual([['AAAA'], ['A']]);
  });

  it('an address: with the denial of a family that is missing here (RFC 6762 6.1, 6.2)', () => {
    const sent = Driver.settled({ addresses: ['10.0.0.1'] }).exchange(query([ask(HOST, TYPE_CODES.A)]));
    expect(additionalsOf(sent)).toEqual([
      { name: HOST, ttl: 120, flush: true, data: { type: 'NSEC', next: HOST, types: [TYPE_CODES.A] } },
    ]);
  });

  it('all addresses of a family in one set (RFC 6762 10.2)', () => {
    const driver = Driver.settled({ addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.1'] });
    const answers = answersOf(driver.exchange(query([ask(HOST, TYPE_CODES.A)])));
    expect(answers.map(({ data }) => data)).toEqual([
      { type: 'A', address: '10.0.0.1' },
      { type: 'A', address: '10.0.0.2' },
    ]);
  });

  it('a type that a name of ours lacks: the denial (RFC 6762 6.1)', () => {
    const driver = Driver.settled({ addresses: ['10.0.0.1'] });
    const ipv6 = answersOf(driver.exchange(query([ask(HOST, TYPE_CODES.AAAA)])));
    expect(ipv6.map(({ data }) => data)).toEqual([{ type: 'NSEC', next: HOST, types: [TYPE_CODES.A] }]);
    const service = answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.A)])));
    expect(service.map(({ data }) => data)).toEqual([
      { type: 'NSEC', next: REDIS_NAME, types: [TYPE_CODES.TXT, TYPE_CODES.SRV] },
    ]);
  });

  it('a type that a shared name lacks: nothing, since it is not ours to deny (RFC 6762 6.1)', () => {
    expect(Driver.settled().exchange(query([ask(REDIS_TYPE, TYPE_CODES.SRV)]))).toEqual([]);
  });

  it('ANY: everything under the name (RFC 6762 6.5)', () => {
    const driver = Driver.settled();
    expect(typesOf(answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_ANY)]))))).toEqual(['SRV', 'TXT']);
    expect(typesOf(answersOf(driver.exchange(query([ask(REDIS_TYPE, TYPE_ANY)]))))).toEqual(['PTR']);
  });

  it('type enumeration: each type once (RFC 6763 9)', () => {
    const driver = new Driver();
    for (const [id, type] of [
      ['1', '_redis._tcp'],
      ['2', '_redis._tcp'],
      ['3', '_http._tcp'],
    ] as const) {
      driver.responder.publish(id, { ...REDIS, name: id, type }, 0, { announce: true });
    }
    driver.run(60_000);
    const answers = answersOf(driver.exchange(query([ask(ENUMERATION, TYPE_CODES.PTR)])));
    expect(answers.map(({ data }) => (data.type === 'PTR' ? nameKey(data.target) : undefined))).toEqual([
      '_redis._tcp.local',
      '_http._tcp.local',
    ]);
  });

  it('a subtype: the instances that have it (RFC 6763 7.1)', () => {
    const driver = Driver.settled({}, { ...REDIS, subtypes: ['_fast'] });
    const sent = driver.exchange(query([ask(['_fast', '_sub', ...REDIS_TYPE], TYPE_CODES.PTR)]));
    expect(answersOf(sent).map(({ data }) => data)).toEqual([{ type: 'PTR', target: REDIS_NAME }]);
    expect(typesOf(additionalsOf(sent))).toEqual(['SRV', 'TXT', 'A', 'AAAA']);
  });

  it('a name in another case: the same (RFC 6762 16)', () => {
    const sent = Driver.settled().exchange(query([ask(parseName('REDIS on H1._Redis._TCP.LOCAL'), TYPE_CODES.SRV)]));
    expect(typesOf(answersOf(sent))).toEqual(['SRV']);
  });

  it('a name of ours that has capitals: the same (RFC 6762 16)', () => {
    const driver = Driver.settled({}, { ...REDIS, name: 'Redis on H1' });
    expect(typesOf(answersOf(driver.exchange(RESOLVE)))).toEqual(['SRV']);
  });

  it('a name that is not ours: nothing', () => {
    const driver = Driver.settled();
    driver.receive(query([ask(['redis on h2', ...REDIS_TYPE], TYPE_ANY), ask(['h2', 'local'], TYPE_CODES.A)]));
    expect(driver.responder.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('a record that is an answer is not repeated as an additional (RFC 6762 6)', () => {
    const sent = Driver.settled().exchange(query([ask(REDIS_TYPE, TYPE_CODES.PTR), ask(REDIS_NAME, TYPE_CODES.SRV)]));
    expect(typesOf(answersOf(sent))).toEqual(['PTR', 'SRV']);
    expect(typesOf(additionalsOf(sent))).toEqual(['TXT', 'A', 'AAAA']);
  });

  it('sets the cache-flush bit on unique records, not on shared ones (RFC 6762 10.2)', () => {
    const sent = Driver.settled().exchange(BROWSE);
    expect(answersOf(sent).map(({ flush }) => flush)).toEqual([false]);
    expect(additionalsOf(sent).every(({ flush }) => flush)).toBe(true);
  });

  it('is answered with a response that has id 0 and no questions (RFC 6762 6, 18.1)', () => {
    const [sent] = Driver.settled().exchange({ ...RESOLVE, id: 99 });
    expect(sent?.transmit.message).toMatchObject({ id: 0, kind: 'response', truncated: false, questions: [] });
  });
});

describe('when an answer is sent', () => {
  const delayOf = (random: number, message = BROWSE) => {
    const driver = Driver.settled({ random });
    return driver.exchange(message).map(({ at }) => at - 60_000);
  };

  it('20 to 120 ms later when others may answer too (RFC 6762 6)', () => {
    expect(delayOf(0)).toEqual([20]);
    expect(delayOf(0.5)).toEqual([70]);
    expect(delayOf(0.999)[0]).toBeCloseTo(119.9);
  });

  it('at once when the record is ours alone (RFC 6762 6)', () => {
    expect(delayOf(0.5, RESOLVE)).toEqual([0]);
  });

  it('20 to 120 ms later when it is one of several questions (RFC 6762 6.3)', () => {
    expect(delayOf(0.5, query([ask(REDIS_NAME, TYPE_CODES.SRV), ask(['h2', 'local'], TYPE_CODES.A)]))).toEqual([70]);
  });

  it('in one packet for all questions of a packet (RFC 6762 6.3, 6.4)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const questions = [ask(REDIS_TYPE, TYPE_CODES.PTR), ask(ENUMERATION, TYPE_CODES.PTR), ask(HOST, TYPE_CODES.A)];
    const sent = driver.exchange(query(questions));
    expect(sent).toHaveLength(1);
    expect(typesOf(answersOf(sent))).toEqual(['PTR', 'PTR', 'A']);
  });

  it('in one packet for questions that come one after the other (RFC 6762 6.4)', () => {
    let draw = 0;
    const driver = Driver.settled({ random: () => [0.9, 0.1][draw++ % 2] ?? 0 });
    driver.receive(BROWSE);
    driver.runFor(10);
    driver.receive(query([ask(ENUMERATION, TYPE_CODES.PTR)]));
    const sent = driver.runFor(1_000);
    expect(sent).toHaveLength(1);
    expect(typesOf(answersOf(sent))).toEqual(['PTR', 'PTR']);
  });

  it('once for fifty askers (RFC 6762 6)', () => {
    const driver = Driver.settled({ random: 0.5 });
    for (let asker = 0; asker < 50; asker++) driver.receive(BROWSE, { ...PEER, address: `10.0.0.${asker}` });
    expect(driver.runFor(5_000)).toHaveLength(1);
  });

  it('once when the question comes by both address families (RFC 6762 6)', () => {
    const driver = Driver.settled();
    const ipv6: Sender = { ...PEER, address: 'fe80::2%eth0', family: 'IPv6' };
    for (const message of [RESOLVE, query([ask(REDIS_NAME, TYPE_ANY)], { authorities: [foreignSrv()] })]) {
      driver.exchange(message, PEER, 5);
      const count = driver.sent.length;
      expect(count).toBeGreaterThan(0);
      driver.exchange(message, ipv6, 5_000);
      expect(driver.sent).toHaveLength(count);
      driver.forget();
    }
  });

  it('once a second for a record, additionals included, however often it is asked for (RFC 6762 6)', () => {
    const driver = Driver.settled();
    for (let at = 0; at < 2_000; at += 50) {
      driver.receive(at % 100 === 0 ? RESOLVE : BROWSE);
      driver.runFor(50);
    }
    const times = new Map<string, number[]>();
    for (const { at, transmit } of driver.sent) {
      for (const { name, data } of [...transmit.message.answers, ...transmit.message.additionals]) {
        const key = `${nameKey(name)} ${data.type}`;
        times.set(key, [...(times.get(key) ?? []), at]);
      }
    }
    expect(times.size).toBe(5);
    for (const sentAt of times.values()) {
      for (const [index, at] of sentAt.slice(1).entries())
        expect(at - (sentAt[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
  });
});

describe('known answers', () => {
  it('are not told again while half of their TTL is left (RFC 6762 7.1)', () => {
    const driver = Driver.settled();
    expect(driver.exchange({ ...BROWSE, answers: [known(4_500)] })).toEqual([]);
    expect(driver.exchange({ ...BROWSE, answers: [known(2_250)] })).toEqual([]);
  });

  it('are told again when less than half is left (RFC 6762 7.1)', () => {
    expect(answersOf(Driver.settled().exchange({ ...BROWSE, answers: [known(2_249)] }))).toHaveLength(1);
  });

  it('suppress nothing but what they say (RFC 6762 7.1)', () => {
    const other = record(REDIS_TYPE, { type: 'PTR', target: ['redis on h2', ...REDIS_TYPE] }, 4_500);
    expect(answersOf(Driver.settled().exchange({ ...BROWSE, answers: [other] }))).toHaveLength(1);
    const stale = { ...foreignSrv(), flush: false };
    expect(typesOf(answersOf(Driver.settled().exchange({ ...RESOLVE, answers: [stale] })))).toEqual(['SRV']);
  });

  it('suppress for the one who lists them, not for others who ask (RFC 6762 7.1)', () => {
    const driver = Driver.settled();
    driver.receive(BROWSE, { ...PEER, address: '10.0.0.3' });
    driver.receive({ ...BROWSE, answers: [known(4_500)] });
    expect(answersOf(driver.runFor(1_000))).toHaveLength(1);
  });

  it('suppress a unique set when they are all of it, else none of it (RFC 6762 7.1, 10.2)', () => {
    const driver = Driver.settled({ addresses: ['10.0.0.1', '10.0.0.2'] });
    const message = query([ask(HOST, TYPE_CODES.A)]);
    const [one, two] = ['10.0.0.1', '10.0.0.2'].map((address) => record(HOST, { type: 'A', address }));
    if (one === undefined || two === undefined) throw new Error('unreachable');
    expect(answersOf(driver.exchange({ ...message, answers: [one] }))).toHaveLength(2);
    expect(driver.exchange({ ...message, answers: [one, two] })).toEqual([]);
  });

  it('that are to follow are waited for, 400 to 500 ms (RFC 6762 7.2)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const sent = driver.exchange({ ...BROWSE, truncated: true });
    expect(sent.map(({ at }) => at)).toEqual([60_450]);
  });

  it('suppress from a further packet of the same source (RFC 6762 7.2)', () => {
    const driver = Driver.settled();
    driver.receive({ ...BROWSE, truncated: true });
    driver.runFor(100);
    driver.receive(query([], { answers: [known(4_500)] }));
    expect(driver.runFor(5_000)).toEqual([]);
  });

  it('do not suppress from a packet of another source (RFC 6762 7.2)', () => {
    const driver = Driver.settled();
    driver.receive({ ...BROWSE, truncated: true });
    driver.runFor(100);
    driver.receive(query([], { answers: [known(4_500)] }), { ...PEER, address: '10.0.0.3' });
    expect(answersOf(driver.runFor(5_000))).toHaveLength(1);
  });

  it('leave other questions of the same source alone (RFC 6762 7.2)', () => {
    const driver = Driver.settled();
    driver.receive({ ...BROWSE, truncated: true });
    expect(driver.exchange(RESOLVE, PEER, 0).map(({ at }) => at)).toEqual([60_000]);
  });

  it('that never come make us answer without waiting when too many promise them', () => {
    const driver = Driver.settled();
    for (let source = 0; source < 256; source++) {
      driver.receive({ ...BROWSE, truncated: true }, { ...PEER, address: `10.0.1.${source}` });
    }
    expect(driver.exchange({ ...BROWSE, truncated: true }, PEER, 100)[0]?.at).toBe(60_020);
    expect(driver.responder.counters.deferralsRefused).toBe(1);
  });
});

describe('questions for a unicast answer', () => {
  const QU = query([ask(REDIS_NAME, TYPE_CODES.SRV, true)]);

  it('get one when the record was multicast lately (RFC 6762 5.4)', () => {
    const driver = Driver.settled();
    driver.exchange(RESOLVE, PEER, 1_000);
    const sent = driver.exchange(QU);
    expect(sent.map(({ transmit }) => transmit.to)).toEqual([{ kind: 'unicast', sender: PEER }]);
    expect(answersOf(sent)).toEqual([
      record(REDIS_NAME, { type: 'SRV', priority: 0, weight: 0, port: 12345, target: HOST }, 120, true),
    ]);
    expect(typesOf(additionalsOf(sent))).toEqual(['A', 'AAAA']);
  });

  it('are answered by multicast when it was not for a quarter of its TTL (RFC 6762 5.4)', () => {
    const driver = Driver.settled();
    driver.exchange(RESOLVE, PEER, 29_999);
    expect(driver.exchange(QU, PEER, 1).map(({ transmit }) => transmit.to.kind)).toEqual(['unicast']);
    expect(driver.exchange(QU).map(({ transmit }) => transmit.to.kind)).toEqual(['multicast']);
  });

  it('are answered by multicast when one address asks too often', () => {
    const driver = Driver.settled();
    driver.exchange(RESOLVE, PEER, 1_000);
    for (let count = 0; count < 50; count++) driver.receive(QU);
    const sent = driver.runFor(5_000);
    expect(sent.filter(({ transmit }) => transmit.to.kind === 'unicast')).toHaveLength(32);
    expect(sent.filter(({ transmit }) => transmit.to.kind === 'multicast')).toHaveLength(1);
    expect(driver.responder.counters.unicastRefused).toBe(18);
  });

  it('respect known answers (RFC 6762 7.1)', () => {
    const driver = Driver.settled();
    driver.exchange(BROWSE, PEER, 1_000);
    expect(driver.exchange({ ...query([ask(REDIS_TYPE, TYPE_CODES.PTR, true)]), answers: [known(4_500)] })).toEqual([]);
  });
});

describe('probes for a name of ours', () => {
  const probe = (unicast = false) => query([ask(REDIS_NAME, TYPE_ANY, unicast)], { authorities: [foreignSrv()] });

  it('are answered at once (RFC 6762 6, 8.1)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const [sent] = driver.exchange(probe());
    expect(sent?.at).toBe(60_000);
    expect(sent?.transmit.to).toEqual({ kind: 'multicast' });
    expect(typesOf(sent?.transmit.message.answers ?? [])).toEqual(['SRV', 'TXT']);
  });

  it('are answered at once among other questions too (RFC 6762 6.3)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const [sent] = driver.exchange({
      ...probe(),
      questions: [ask(['h2', 'local'], TYPE_ANY), ask(REDIS_NAME, TYPE_ANY)],
    });
    expect(sent?.at).toBe(60_000);
  });

  it('are answered again after 250 ms, not only after a second (RFC 6762 6)', () => {
    const driver = Driver.settled();
    for (let count = 0; count < 3; count++) {
      driver.receive(probe());
      driver.runFor(250);
    }
    expect(driver.sent.map(({ at }) => at)).toEqual([60_000, 60_250, 60_500]);
  });

  it('are answered by unicast if so asked, and by multicast as well when that was long ago (RFC 6762 5.4)', () => {
    const driver = Driver.settled();
    const kinds = () => driver.exchange(probe(true)).map(({ transmit }) => transmit.to.kind);
    expect(kinds()).toEqual(['multicast', 'unicast']);
    expect(kinds()).toEqual(['unicast']);
  });

  it('are those for a name that is ours alone; a pointer among the authorities does not hurry us (RFC 6762 6)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const authorities = [record(REDIS_TYPE, { type: 'PTR', target: ['redis on h2', ...REDIS_TYPE] })];
    expect(driver.exchange({ ...BROWSE, authorities }).map(({ at }) => at)).toEqual([60_070]);
  });

  it('that are our own are not answered', () => {
    const driver = Driver.settled();
    driver.responder.restart(driver.now);
    const own = driver.runFor(600).map(({ transmit }) => transmit.message);
    driver.runFor(60_000);
    driver.forget();
    for (const message of own) driver.receive(message, LOOPED);
    expect(driver.runFor(5_000)).toEqual([]);
    for (const message of own.slice(0, 1)) driver.receive(message);
    expect(driver.runFor(5_000)).toHaveLength(1);
  });
});

describe('questions of resolvers that do not speak mDNS', () => {
  it('are answered by unicast at once, with their id and question (RFC 6762 6.7)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const question = ask(HOST, TYPE_CODES.A);
    const sent = driver.exchange(query([question], { id: 4_711 }), LEGACY);
    expect(sent.map(({ at, transmit }) => [at, transmit.to])).toEqual([[60_000, { kind: 'unicast', sender: LEGACY }]]);
    expect(sent[0]?.transmit.message).toMatchObject({ id: 4_711, kind: 'response', questions: [question] });
  });

  it('get no cache-flush bits, TTLs of 10 s at most, and no denials (RFC 6762 6.7, 10.2)', () => {
    const sent = Driver.settled({ addresses: ['10.0.0.1'] }).exchange(BROWSE, LEGACY);
    const records = [...answersOf(sent), ...additionalsOf(sent)];
    expect(typesOf(records)).toEqual(['PTR', 'SRV', 'TXT', 'A']);
    expect(records.map(({ ttl, flush }) => [ttl, flush])).toEqual(records.map(() => [10, false]));
  });

  it('keep a TTL that is shorter (RFC 6762 6.7)', () => {
    const sent = Driver.settled({}, { ...REDIS, ttl: 5 }).exchange(RESOLVE, LEGACY);
    expect(answersOf(sent).map(({ ttl }) => ttl)).toEqual([5]);
  });

  it('get 512 bytes at most', () => {
    const driver = new Driver();
    for (let number = 0; number < 60; number++) {
      driver.responder.publish(`${number}`, { ...REDIS, name: `redis ${number}` }, 0, { announce: true });
    }
    driver.run(60_000);
    const [sent] = driver.exchange(BROWSE, LEGACY);
    if (sent === undefined) throw new Error('Not answered.');
    const { length } = encodeMessage(sent.transmit.message);
    expect(length).toBeLessThanOrEqual(512);
    expect(length).toBeGreaterThan(450);
  });

  it("nothing from another subnet of the link: its address may be anybody's", () => {
    const driver = Driver.settled();
    expect(driver.exchange(RESOLVE, { ...LEGACY, isOffSubnet: true })).toEqual([]);
    expect(driver.responder.counters.legacyRefused).toBe(1);
    const asked = query([{ ...ask(REDIS_NAME, TYPE_CODES.SRV), unicast: true }]);
    const sent = driver.exchange(asked, { ...PEER, isOffSubnet: true });
    expect(sent.map(({ transmit }) => transmit.to)).toEqual([{ kind: 'multicast' }]);
  });

  it('are answered 32 times at once and then eight times a second for each address', () => {
    const driver = Driver.settled();
    for (let at = 0; at < 10_000; at += 10) {
      driver.receive(RESOLVE, { ...LEGACY, port: 40_000 + at });
      driver.runFor(10);
    }
    expect(driver.sent).toHaveLength(111);
    expect(driver.responder.counters.legacyRefused).toBe(889);
    expect(driver.exchange(RESOLVE, { ...LEGACY, address: '10.0.0.3' })).toHaveLength(1);
  });

  it('are answered 64 times a second for all addresses together', () => {
    const driver = Driver.settled();
    for (let count = 0; count < 500; count++) {
      driver.receive(RESOLVE, { ...LEGACY, address: `10.0.${1 + (count >> 8)}.${count & 255}` });
      driver.runFor(1);
    }
    expect(driver.sent.length).toBeGreaterThanOrEqual(64);
    expect(driver.sent.length).toBeLessThanOrEqual(64 + 32);
  });

  it('get nothing for a name that is not ours', () => {
    expect(Driver.settled().exchange(query([ask(['h2', 'local'], TYPE_CODES.A)]), LEGACY)).toEqual([]);
  });

  it('get an empty answer for a type that does not exist, and its denial only if they ask for that (RFC 6762 6.7)', () => {
    const driver = Driver.settled({ addresses: ['10.0.0.1'] });
    const [empty] = driver.exchange(query([ask(HOST, TYPE_CODES.AAAA)], { id: 7 }), LEGACY);
    expect(empty?.transmit.message).toMatchObject({ id: 7, kind: 'response', answers: [], additionals: [] });
    expect(typesOf(answersOf(driver.exchange(query([ask(HOST, TYPE_CODES.NSEC)]), LEGACY)))).toEqual(['NSEC']);
  });

  it('never cause a multicast (RFC 6762 6.7)', () => {
    const driver = Driver.settled();
    for (let count = 0; count < 20; count++) driver.receive(BROWSE, LEGACY);
    expect(driver.runFor(5_000).every(({ transmit }) => transmit.to.kind === 'unicast')).toBe(true);
  });
});
