import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../src/wire/decode.ts';
import { splitMessage } from '../../../src/wire/encode.ts';
import { isSameName, nameKey, parseName } from '../../../src/wire/name.ts';
import { TYPE_ANY, TYPE_CODES } from '../../../src/wire/record.ts';
import { asciiBytes } from '../../wire/hex.ts';
import { response } from '../../wire/messages.ts';
import {
  answersOf,
  ask,
  Driver,
  ENUMERATION,
  foreignSrv,
  HOST,
  LOOPED,
  PEER,
  probesOf,
  query,
  REDIS,
  REDIS_NAME,
  REDIS_TYPE,
  record,
  responsesOf,
  typesOf,
} from './responder-driver.ts';

const DRAIN = new Map([['st', asciiBytes('drain')]]);
const DRAIN_TXT = { type: 'TXT', strings: [asciiBytes('st=drain')] };
const OLD_TXT = record(REDIS_NAME, { type: 'TXT', strings: [new Uint8Array()] }, 4_500, true);
const SIBLING = { ...REDIS, name: 'redis on h1, too', port: 12346 };
const goodbyesIn = (driver: Driver) => answersOf(driver.sent).filter(({ ttl }) => ttl === 0);

describe('claiming names', () => {
  it('probes three times, 250 ms apart, and announces 250 ms after the last probe (RFC 6762 8.1, 8.3)', () => {
    const driver = new Driver({ random: 0.4 });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    const sent = driver.run(10_000);
    expect(probesOf(sent).map(({ at }) => at)).toEqual([100, 350, 600]);
    expect(responsesOf(sent).map(({ at }) => at)).toEqual([850, 1_850, 3_850]);
    expect(driver.responder.takeEvents()).toEqual([
      { kind: 'host-claimed' },
      { kind: 'claimed', id: 'redis' },
      { kind: 'announced', id: 'redis' },
    ]);
    expect(driver.responder.takeEvents()).toEqual([]);
  });

  it('probes for host and services in one packet, the proposed records as authorities (RFC 6762 8.1, 8.2)', () => {
    const driver = new Driver({ random: 0.4 });
    driver.responder.publish('redis', REDIS, 50, { announce: true });
    const [probe] = driver.run(100);
    expect(probe?.transmit.message.questions).toEqual([ask(HOST, TYPE_ANY), ask(REDIS_NAME, TYPE_ANY)]);
    expect(typesOf(probe?.transmit.message.authorities ?? [])).toEqual(['A', 'AAAA', 'SRV', 'TXT']);
  });

  it('announces its addresses with the first service, though its own name was claimed earlier (RFC 6762 8.3)', () => {
    const driver = new Driver({ random: 0 });
    driver.run(100);
    driver.responder.publish('redis', REDIS, 100, { announce: true });
    const announcements = responsesOf(driver.run(10_000));
    expect(announcements.map(({ at }) => at)).toEqual([850, 1_850, 3_850]);
    for (const { transmit } of announcements) {
      expect(typesOf(transmit.message.answers).toSorted()).toEqual(['A', 'AAAA', 'PTR', 'PTR', 'SRV', 'TXT']);
    }
  });

  it('keeps nobody waiting for a service whose name is still contested (RFC 6762 8.3)', () => {
    const driver = new Driver({ random: 0 });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(500);
    driver.responder.publish('sibling', SIBLING, 500, { announce: true });
    expect(responsesOf(driver.run(750)).map(({ at }) => at)).toEqual([750]);
  });

  it('never sets the cache-flush bit in a probe, and asks for a multicast answer (RFC 6762 10.2)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    const messages = probesOf(driver.run(1_000)).map(({ transmit }) => transmit.message);
    expect(messages.flatMap(({ authorities }) => authorities).some(({ flush }) => flush)).toBe(false);
    expect(messages.flatMap(({ questions }) => questions).some(({ unicast }) => unicast)).toBe(false);
  });

  it('delays the first probe by up to 250 ms at random (RFC 6762 8.1)', () => {
    expect(new Driver({ random: 0 }).run(1_000)[0]?.at).toBe(0);
    expect(new Driver({ random: 0.999 }).run(1_000)[0]?.at).toBeCloseTo(249.75);
  });

  it('gives the name up when its owner answers the probe (RFC 6762 8.1)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(300);
    driver.receive(response([foreignSrv()]));
    expect(driver.responder.nextDeadline()).toBe(300);
    driver.runFor(60_000);
    expect(driver.responder.takeEvents()).toContainEqual({ kind: 'conflict', id: 'redis' });
    expect(answersOf(driver.sent).filter(({ name }) => !isSameName(name, HOST))).toEqual([]);
  });

  it('gives an alias up when its owner answers the probe, whatever was claimed before (RFC 6762 8.1)', () => {
    const driver = Driver.settled();
    driver.receive(response([foreignSrv(['other', ...REDIS_TYPE])]));
    driver.responder.setAlias('web', { label: 'web', addresses: ['10.0.0.1'], announce: true }, driver.now);
    driver.runFor(300);
    driver.receive(response([record(['web', 'local'], { type: 'A', address: '10.0.0.9' })]));
    driver.runFor(1_000);
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'alias-conflict', id: 'web' }]);
  });

  it('gives the name up whatever type of record its owner shows (RFC 6762 8.1)', () => {
    const driver = new Driver({ addresses: ['10.0.0.1'] });
    driver.run(300);
    driver.receive(response([record(HOST, { type: 'AAAA', address: 'fe80::9' })]));
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'host-conflict' }]);
  });

  it('does not give the name up for a denial, which our own other link may send (RFC 6762 6.1)', () => {
    const driver = new Driver();
    driver.run(300);
    driver.receive(response([record(HOST, { type: 'NSEC', next: HOST, types: [TYPE_CODES.A] })]), LOOPED);
    expect(driver.responder.takeEvents()).toEqual([]);
  });

  it('ignores what was answered before its first probe (RFC 6762 8.1)', () => {
    const driver = new Driver({ random: 0.4 });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.receive(response([foreignSrv()]));
    driver.run(2_000);
    expect(driver.responder.takeEvents()).toContainEqual({ kind: 'claimed', id: 'redis' });
  });

  it('sees no conflict in identical records (RFC 6762 9)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    const twin = driver.run(0).flatMap(({ transmit }) => transmit.message.authorities);
    driver.receive(response(twin));
    driver.run(2_000);
    driver.receive(response(twin));
    driver.run(4_000);
    expect(driver.responder.takeEvents().map(({ kind }) => kind)).toEqual(['host-claimed', 'claimed', 'announced']);
    expect(probesOf(driver.sent)).toHaveLength(3);
  });

  it('sees no conflict in its own probes that come back (RFC 6762 8.2)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    for (let at = 0; at < 900; at += 10) {
      for (const { transmit } of driver.run(at)) driver.receive(transmit.message, LOOPED);
    }
    expect(probesOf(driver.sent).map(({ at }) => at)).toEqual([0, 250, 500]);
    expect(driver.responder.takeEvents()).toContainEqual({ kind: 'announced', id: 'redis' });
  });

  it('waits a second when it loses a simultaneous probe, and has the name if nobody answers then (RFC 6762 8.2)', () => {
    const driver = new Driver({ addresses: ['169.254.99.200'] });
    driver.run(260);
    driver.receive(
      query([ask(HOST, TYPE_ANY)], { authorities: [record(HOST, { type: 'A', address: '169.254.200.50' })] }),
    );
    driver.run(10_000);
    expect(probesOf(driver.sent).map(({ at }) => at)).toEqual([0, 250, 1_260, 1_510, 1_760]);
    expect(driver.responder.takeEvents()).toContainEqual({ kind: 'host-claimed' });
  });

  it('goes on when it wins a simultaneous probe (RFC 6762 8.2)', () => {
    const driver = new Driver({ addresses: ['169.254.200.50'] });
    driver.run(260);
    driver.receive(
      query([ask(HOST, TYPE_ANY)], { authorities: [record(HOST, { type: 'A', address: '169.254.99.200' })] }),
    );
    expect(probesOf(driver.run(10_000)).map(({ at }) => at)).toEqual([500]);
  });

  it('waits five seconds between attempts after fifteen conflicts in ten seconds (RFC 6762 8.1)', () => {
    const driver = new Driver();
    driver.run(10_000);
    for (let attempt = 0; attempt < 15; attempt++) {
      const options = { ...REDIS, name: `redis ${attempt}` };
      driver.responder.publish('redis', options, driver.now, { announce: true });
      driver.runFor(10);
      driver.receive(response([foreignSrv([options.name, ...REDIS_TYPE])]));
    }
    driver.forget();
    const start = driver.now;
    driver.responder.publish('redis', REDIS, start, { announce: true });
    expect(probesOf(driver.runFor(20_000))[0]?.at).toBe(start + 5_000);
  });

  it('takes a name that a sibling has here for a conflict', () => {
    const driver = Driver.settled();
    driver.responder.publish('other', { ...REDIS, port: 1 }, driver.now, { announce: true });
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'conflict', id: 'other' }]);
    driver.responder.remove('other', driver.now);
    driver.runFor(5_000);
    expect(driver.sent).toEqual([]);
  });

  it('begins to insist without claiming the name again where it has it', () => {
    const driver = Driver.settled();
    driver.responder.publish('redis', REDIS, driver.now, { announce: true, insist: true });
    driver.responder.setHost({ label: 'h1-abcd', addresses: ['10.0.0.1', 'fe80::1'], insist: true }, driver.now);
    driver.receive(response([foreignSrv(), record(HOST, { type: 'A', address: '10.0.0.9' })]));
    expect(driver.runFor(5_000)).toEqual([]);
  });

  it('keeps its name against everybody when it insists', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true, insist: true });
    for (let at = 0; at < 5_000; at += 100) {
      driver.run(at);
      driver.receive(response([foreignSrv()]));
    }
    expect(driver.responder.takeEvents().map(({ kind }) => kind)).toEqual(['host-claimed', 'claimed', 'announced']);
  });
});

describe('announcing', () => {
  it('sends host, service, pointers and the type in one unsolicited response (RFC 6762 8.3, RFC 6763 9)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', { ...REDIS, subtypes: ['_fast'] }, 0, { announce: true });
    const announcement = responsesOf(driver.run(750))[0]?.transmit;
    expect(announcement?.to).toEqual({ kind: 'multicast' });
    expect(
      announcement?.message.answers.map(({ name, ttl, flush, data }) => [data.type, nameKey(name), ttl, flush]),
    ).toEqual([
      ['A', 'h1-abcd.local', 120, true],
      ['AAAA', 'h1-abcd.local', 120, true],
      ['SRV', 'redis on h1._redis._tcp.local', 120, true],
      ['TXT', 'redis on h1._redis._tcp.local', 4_500, true],
      ['PTR', '_redis._tcp.local', 4_500, false],
      ['PTR', '_fast._sub._redis._tcp.local', 4_500, false],
      ['PTR', '_services._dns-sd._udp.local', 4_500, false],
    ]);
  });

  it('gives SRV and addresses a TTL of 120 s at most, the rest what was asked for (RFC 6762 10)', () => {
    const driver = Driver.settled({}, { ...REDIS, ttl: 60 });
    const answers = answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_ANY)])));
    expect(answers.map(({ ttl }) => ttl)).toEqual([60, 60]);
    const long = Driver.settled({}, { ...REDIS, ttl: 1_000 });
    expect(answersOf(long.exchange(query([ask(REDIS_NAME, TYPE_ANY)]))).map(({ ttl }) => ttl)).toEqual([120, 1_000]);
  });

  it('announces changed data at once, three times, without a goodbye and without probing (RFC 6762 8.4)', () => {
    const driver = Driver.settled();
    driver.responder.update('redis', { ...REDIS, port: 6380 }, driver.now);
    const sent = driver.runFor(60_000);
    expect(sent.map(({ at }) => at)).toEqual([60_000, 61_000, 63_000]);
    expect(probesOf(sent)).toEqual([]);
    expect(sent[0]?.transmit.message.answers).toEqual([
      {
        name: REDIS_NAME,
        ttl: 120,
        flush: true,
        data: { type: 'SRV', priority: 0, weight: 0, port: 6380, target: HOST },
      },
    ]);
  });

  it('sends nothing when an update changes nothing (RFC 6762 8.4)', () => {
    const driver = Driver.settled();
    driver.responder.update('redis', { ...REDIS }, driver.now);
    expect(driver.runFor(10_000)).toEqual([]);
  });

  it.each([
    ['an answer', (driver: Driver) => driver.receive(query([ask(REDIS_NAME, TYPE_ANY)]))],
    [
      'an announcement',
      (driver: Driver) => {
        driver.responder.restart(driver.now);
        driver.runFor(875);
      },
    ],
    [
      'a defence against a probe',
      (driver: Driver) => driver.receive(query([ask(REDIS_NAME, TYPE_ANY)], { authorities: [foreignSrv()] })),
    ],
    ['the word of another host that says the same', (driver: Driver) => driver.receive(response([OLD_TXT]))],
  ])(
    'announces changed data at once after %s that told the old, and tells the old to nobody then (RFC 6762 6, 8.4)',
    (_, tellOld) => {
      for (const delay of [1, 20, 100, 400, 900]) {
        const driver = Driver.settled({ random: 0.5 });
        tellOld(driver);
        driver.runFor(delay);
        driver.receive(query([ask(REDIS_NAME, TYPE_CODES.TXT)]));
        driver.receive(query([ask(REDIS_NAME, TYPE_CODES.TXT, true)], { answers: [OLD_TXT] }));
        driver.forget();
        driver.responder.update('redis', { ...REDIS, txt: DRAIN }, driver.now);
        const sent = responsesOf(driver.runFor(10_000));
        const texts = sent.flatMap(({ at, transmit: { message } }) =>
          [...message.answers, ...message.additionals].flatMap(({ data }) => (data.type === 'TXT' ? [[at, data]] : [])),
        );
        expect(texts.map(([, data]) => data)).toEqual(texts.map(() => DRAIN_TXT));
        expect(texts[0]?.[0]).toBe(driver.now - 10_000);
      }
    },
  );

  it('tells who asked for a unicast answer what is true when it leaves', () => {
    const driver = Driver.settled();
    driver.receive(query([ask(REDIS_NAME, TYPE_CODES.TXT, true)]));
    driver.receive(query([ask(REDIS_NAME, TYPE_CODES.TXT)]), { ...PEER, port: 4_000 });
    driver.responder.update('redis', { ...REDIS, txt: DRAIN }, driver.now);
    const texts = answersOf(driver.runFor(0)).flatMap(({ data }) => (data.type === 'TXT' ? [data] : []));
    expect(texts).toEqual([DRAIN_TXT, DRAIN_TXT, DRAIN_TXT]);
    driver.forget();
    driver.receive(query([ask(REDIS_NAME, TYPE_CODES.TXT, true)]));
    driver.responder.remove('redis', driver.now);
    expect(answersOf(driver.runFor(0)).every(({ ttl }) => ttl === 0)).toBe(true);
  });

  it('announces data that changes all the time ten times at once, then once a second, the latest each time (RFC 6762 6, 8.4)', () => {
    const driver = Driver.settled();
    for (let port = 1; port <= 30; port++) {
      driver.responder.update('redis', { ...REDIS, port }, driver.now);
      driver.runFor(100);
    }
    const ports = answersOf(driver.sent).map(({ data }) => (data.type === 'SRV' ? data.port : undefined));
    expect(driver.sent.map(({ at }) => at).slice(8)).toEqual([60_800, 60_900, 61_900, 62_900]);
    expect(ports).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 29]);
  });

  it('probes with new data when it changes before the name is claimed', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(10);
    driver.responder.update('redis', { ...REDIS, port: 6380 }, 10);
    const [probe] = probesOf(driver.run(250));
    expect(probe?.transmit.message.authorities).toContainEqual(
      record(REDIS_NAME, { type: 'SRV', priority: 0, weight: 0, port: 6380, target: HOST }),
    );
  });

  it('announces other addresses with the cache-flush bit and says goodbye to a family that is gone (RFC 6762 8.4)', () => {
    const driver = Driver.settled();
    driver.responder.setHost({ label: 'h1-abcd', addresses: ['10.0.0.7'] }, driver.now);
    const sent = driver.runFor(500);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.transmit.message.answers).toEqual([record(HOST, { type: 'AAAA', address: 'fe80::1' }, 0, true)]);
    expect(sent[1]?.transmit.message.answers).toEqual([record(HOST, { type: 'A', address: '10.0.0.7' }, 120, true)]);
    expect(probesOf(sent)).toEqual([]);
  });

  it('claims and announces everything anew when the link may be another one (RFC 6762 8)', () => {
    const driver = Driver.settled();
    driver.responder.restart(driver.now);
    const sent = driver.runFor(10_000);
    expect(probesOf(sent)).toHaveLength(3);
    expect(responsesOf(sent).map(({ at }) => at)).toEqual([60_750, 61_750, 63_750]);
    expect(typesOf(answersOf(sent.slice(3, 4)))).toEqual(['A', 'AAAA', 'SRV', 'TXT', 'PTR', 'PTR']);
    expect(goodbyesIn(driver)).toEqual([]);
  });

  it('announces on another link without regard to what it sent on the last (RFC 6762 6)', () => {
    const driver = Driver.settled();
    driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)]), PEER, 50);
    driver.responder.restart(driver.now);
    const [announcement] = responsesOf(driver.runFor(5_000));
    expect(announcement?.at).toBe(60_800);
    expect(typesOf(announcement?.transmit.message.answers ?? [])).toContain('SRV');
  });

  it('stops in the middle of it when the host loses its addresses', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(1_000);
    driver.responder.setHost({ label: 'h1-abcd', addresses: [] }, driver.now);
    expect(typesOf(answersOf(driver.runFor(999)))).toEqual(['A', 'AAAA']);
    expect(answersOf(driver.runFor(10_000)).filter(({ ttl }) => ttl > 0)).toEqual([]);
    expect(driver.responder.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('stops in the middle of it when the host name is contested, and begins again (RFC 6762 9)', () => {
    const driver = new Driver({ addresses: ['10.0.0.1'] });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(1_000);
    driver.receive(response([record(HOST, { type: 'A', address: '10.0.0.9' })]));
    const sent = driver.runFor(10_000);
    expect(probesOf(sent).map(({ at }) => at)).toEqual([1_000, 1_250, 1_500]);
    const srv = responsesOf(sent).filter(({ transmit }) => typesOf(transmit.message.answers).includes('SRV'));
    expect(srv.map(({ at }) => at)).toEqual([1_750, 2_750, 4_750]);
  });

  it('announces nothing on a link where the host has no address, and everything once it has one', () => {
    const driver = new Driver({ addresses: [] });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.run(10_000);
    expect(responsesOf(driver.sent)).toEqual([]);
    driver.responder.setHost({ label: 'h1-abcd', addresses: ['10.0.0.1'] }, driver.now);
    expect(typesOf(answersOf(driver.runFor(760)))).toEqual(['A', 'SRV', 'TXT', 'PTR', 'PTR']);
  });

  it('puts sixty services into packets with all that belongs to them (RFC 6762 17, RFC 6763 12.1)', () => {
    const driver = new Driver();
    for (let number = 0; number < 60; number++) {
      driver.responder.publish(`${number}`, { ...REDIS, name: `redis ${number}` }, 0, { announce: true });
    }
    driver.run(60_000);
    const sent = driver.exchange(query([ask(REDIS_TYPE, TYPE_CODES.PTR)]));
    const packets = sent.flatMap(({ transmit }) => splitMessage(transmit.message));
    expect(packets.length).toBe(sent.length);
    expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(1_440);
    const messages = packets.flatMap((packet) => decodeMessage(packet)?.message ?? []);
    expect(messages.flatMap(({ answers }) => answers)).toHaveLength(60);
    const additionals = messages.flatMap((message) => message.additionals);
    expect(additionals.filter(({ data }) => data.type === 'A')).toHaveLength(1);
    expect(additionals.filter(({ data }) => data.type === 'SRV')).toHaveLength(60);
    expect(additionals.filter(({ data }) => data.type === 'TXT')).toHaveLength(60);
  });
});

describe('held services', () => {
  function hold(): Driver {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: false });
    driver.run(60_000);
    driver.forget();
    return driver;
  }

  it('are claimed but not announced', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: false });
    driver.run(60_000);
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'host-claimed' }, { kind: 'claimed', id: 'redis' }]);
    expect(typesOf(answersOf(driver.sent))).not.toContain('SRV');
    expect(typesOf(answersOf(driver.sent))).not.toContain('PTR');
  });

  it('are not told to those who browse or resolve', () => {
    const driver = hold();
    expect(driver.exchange(query([ask(REDIS_TYPE, TYPE_CODES.PTR)]))).toEqual([]);
    expect(driver.exchange(query([ask(ENUMERATION, TYPE_CODES.PTR)]))).toEqual([]);
    expect(driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)]))).toEqual([]);
    expect(driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)]), { ...PEER, port: 40_000 })).toEqual([]);
  });

  it('are defended against probes, with authority records and without (RFC 6762 8.1)', () => {
    const driver = hold();
    const probe = query([ask(REDIS_NAME, TYPE_ANY)], { authorities: [foreignSrv()] });
    expect(typesOf(answersOf(driver.exchange(probe)))).toEqual(['SRV', 'TXT']);
    expect(typesOf(answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_ANY)]))))).toEqual(['SRV', 'TXT']);
    expect(typesOf(answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_ANY)]), LOOPED)))).toEqual(['SRV', 'TXT']);
  });

  it('are announced at once, without probing, when that is asked for', () => {
    const driver = hold();
    driver.responder.announce('redis', driver.now);
    const [first, ...rest] = driver.runFor(5_000);
    expect(first?.at).toBe(60_000);
    expect(typesOf(first?.transmit.message.answers ?? [])).toEqual(['SRV', 'TXT', 'PTR', 'PTR']);
    expect(probesOf(rest)).toEqual([]);
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'announced', id: 'redis' }]);
  });

  it('are announced as soon as the name is claimed when that is asked for before', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: false });
    driver.run(300);
    driver.responder.announce('redis', 300);
    expect(responsesOf(driver.run(5_000))[0]?.at).toBe(750);
    expect(driver.responder.takeEvents()).toContainEqual({ kind: 'announced', id: 'redis' });
  });
});

describe('saying goodbye', () => {
  it('takes back the records of the service alone, with a TTL of 0 (RFC 6762 10.1)', () => {
    const driver = Driver.settled({}, { ...REDIS, subtypes: ['_fast'] });
    driver.responder.withdraw('redis', driver.now);
    const sent = driver.runFor(10_000);
    expect(sent.map(({ at }) => at)).toEqual([60_000, 61_000]);
    expect(answersOf(sent.slice(1)).map(({ name, ttl, data }) => [data.type, nameKey(name), ttl])).toEqual([
      ['SRV', 'redis on h1._redis._tcp.local', 0],
      ['TXT', 'redis on h1._redis._tcp.local', 0],
      ['PTR', '_redis._tcp.local', 0],
      ['PTR', '_fast._sub._redis._tcp.local', 0],
    ]);
  });

  it('leaves a sibling of the same type alone (RFC 6762 10.1)', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.responder.publish('sibling', SIBLING, 0, { announce: true });
    driver.run(60_000);
    driver.forget();
    driver.responder.remove('redis', driver.now);
    driver.runFor(10_000);
    expect(goodbyesIn(driver).every(({ data }) => data.type !== 'A' && data.type !== 'AAAA')).toBe(true);
    expect(goodbyesIn(driver).some(({ name }) => isSameName(name, ENUMERATION))).toBe(false);
    driver.forget();
    const answers = answersOf(driver.exchange(query([ask(REDIS_TYPE, TYPE_CODES.PTR)])));
    expect(answers.map(({ data }) => data)).toEqual([{ type: 'PTR', target: [SIBLING.name, ...REDIS_TYPE] }]);
    expect(answersOf(driver.exchange(query([ask(ENUMERATION, TYPE_CODES.PTR)])))).toHaveLength(1);
    expect(typesOf(answersOf(driver.exchange(query([ask(HOST, TYPE_CODES.A)]))))).toEqual(['A']);
  });

  it('never touches a name that is being claimed, or was lost (RFC 6762 8.1)', () => {
    const early = new Driver();
    early.responder.publish('redis', REDIS, 0, { announce: true });
    early.run(300);
    early.responder.remove('redis', 300);
    early.run(5_000);
    expect(goodbyesIn(early)).toEqual([]);

    const lost = new Driver();
    lost.responder.publish('redis', REDIS, 0, { announce: true });
    lost.run(300);
    lost.receive(response([foreignSrv()]));
    lost.responder.remove('redis', 300);
    lost.run(5_000);
    expect(goodbyesIn(lost)).toEqual([]);
  });

  it('takes back its place, and nothing that another may share, while its name is contested (RFC 6762 9)', () => {
    const driver = Driver.settled();
    driver.receive(response([foreignSrv()]));
    driver.runFor(100);
    driver.responder.remove('redis', driver.now);
    driver.runFor(500);
    expect(goodbyesIn(driver)).toEqual([
      record(REDIS_NAME, { type: 'SRV', priority: 0, weight: 0, port: 12345, target: HOST }, 0),
    ]);
  });

  it('keeps the name after withdrawing, and announces again at once (RFC 6762 6)', () => {
    const driver = Driver.settled();
    driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)]), PEER, 50);
    driver.responder.withdraw('redis', driver.now);
    driver.runFor(50);
    driver.forget();
    driver.responder.announce('redis', driver.now);
    const [first] = driver.runFor(5_000);
    expect(first?.at).toBe(60_100);
    expect(typesOf(first?.transmit.message.answers ?? [])).toEqual(['SRV', 'TXT', 'PTR', 'PTR']);
    expect(first?.transmit.message.answers.every(({ ttl }) => ttl > 0)).toBe(true);
  });

  it('drops answers that wait when the service is withdrawn', () => {
    const driver = Driver.settled({ random: 0.5 });
    driver.receive(query([ask(REDIS_TYPE, TYPE_CODES.PTR)]));
    driver.responder.withdraw('redis', driver.now);
    driver.runFor(5_000);
    expect(answersOf(driver.sent).filter(({ ttl }) => ttl > 0)).toEqual([]);
  });

  it('gives up the old name when a service is published under another (RFC 6762 10.1)', () => {
    const driver = Driver.settled();
    driver.responder.publish('redis', SIBLING, driver.now, { announce: true });
    const sent = driver.runFor(800);
    expect(goodbyesIn(driver).every(({ name, data }) => isSameName(name, REDIS_NAME) || data.type === 'PTR')).toBe(
      true,
    );
    expect(goodbyesIn(driver)).toHaveLength(3);
    expect(probesOf(sent)).toHaveLength(3);
    expect(answersOf(sent.slice(1)).some(({ name }) => isSameName(name, [SIBLING.name, ...REDIS_TYPE]))).toBe(true);
  });

  it('takes back the addresses when the host leaves the link (RFC 6762 10.1)', () => {
    const driver = Driver.settled();
    driver.responder.remove('redis', driver.now);
    driver.responder.setHost({ label: 'h1-abcd', addresses: [] }, driver.now);
    driver.runFor(999);
    expect(typesOf(goodbyesIn(driver))).toEqual(['SRV', 'TXT', 'PTR', 'A', 'AAAA']);
    driver.runFor(1);
    expect(driver.responder.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('conflicts after the name was claimed', () => {
  it('lead to probing again, and to giving the name up if it is answered (RFC 6762 9)', () => {
    const driver = Driver.settled();
    driver.receive(response([foreignSrv()]));
    expect(driver.responder.takeEvents()).toEqual([]);
    expect(probesOf(driver.runFor(300))).toHaveLength(2);
    driver.receive(response([foreignSrv()]));
    driver.runFor(10_000);
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'conflict', id: 'redis' }]);
    expect(goodbyesIn(driver)).toEqual([]);
    driver.responder.remove('redis', driver.now);
    driver.runFor(1_000);
    expect(goodbyesIn(driver)).toEqual([]);
  });

  it('end in our keeping the name if nobody answers the probes (RFC 6762 9)', () => {
    const driver = Driver.settled();
    driver.exchange(response([foreignSrv()]), PEER, 10_000);
    expect(driver.responder.takeEvents().map(({ kind }) => kind)).toEqual(['claimed', 'announced']);
    expect(typesOf(answersOf(driver.sent))).toContain('SRV');
  });

  it('are settled by another process of this host as by any other (RFC 6762 9)', () => {
    const driver = Driver.settled();
    driver.receive(response([foreignSrv()]), LOOPED);
    expect(probesOf(driver.runFor(1_000))).toHaveLength(3);
  });

  it('need a record of a type that we have (RFC 6762 9)', () => {
    const driver = Driver.settled();
    driver.receive(response([record(REDIS_NAME, { type: 'A', address: '10.0.0.9' })]));
    driver.receive(response([record(REDIS_NAME, { type: 'NSEC', next: REDIS_NAME, types: [16] })]));
    expect(driver.runFor(5_000)).toEqual([]);
  });

  it('are not made by a goodbye for other data (RFC 6762 10.1)', () => {
    const driver = Driver.settled();
    driver.receive(response([{ ...foreignSrv(), ttl: 0 }]));
    expect(driver.runFor(5_000)).toEqual([]);
  });

  it.each(['authorities', 'additionals'])('are found in the %s too (RFC 6762 9)', (section) => {
    const driver = Driver.settled();
    driver.receive(response([], { [section]: [foreignSrv()] }));
    expect(probesOf(driver.runFor(1_000))).toHaveLength(3);
  });

  it('are found whatever the case of the name (RFC 6762 16)', () => {
    const driver = Driver.settled();
    driver.receive(response([foreignSrv(parseName('REDIS on H1._REDIS._TCP.Local'))]));
    expect(probesOf(driver.runFor(1_000))).toHaveLength(3);
  });

  it('are not made by our own data of a moment ago that comes back late (RFC 6762 9)', () => {
    const driver = Driver.settled();
    const before = answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)])));
    driver.responder.update('redis', { ...REDIS, port: 6380 }, driver.now);
    driver.receive(response(before), LOOPED);
    expect(probesOf(driver.runFor(5_000))).toEqual([]);
    driver.runFor(10_000);
    driver.receive(response(before));
    expect(probesOf(driver.runFor(5_000))).toHaveLength(3);
  });

  it("are not made by this machine's addresses on another link of the same segment (RFC 6762 9)", () => {
    const driver = Driver.settled({ elsewhere: ['10.0.0.77'] });
    driver.receive(response([record(HOST, { type: 'A', address: '10.0.0.77' }, 120, true)]), LOOPED);
    expect(driver.runFor(5_000)).toEqual([]);
    driver.receive(response([record(HOST, { type: 'A', address: '10.0.0.78' }, 120, true)]), LOOPED);
    expect(probesOf(driver.runFor(5_000))).toHaveLength(3);
  });

  it("and rival probes are not made by this machine's other link on the same segment (RFC 6762 8.2)", () => {
    const driver = new Driver({ addresses: ['10.0.0.1'], elsewhere: ['10.0.0.77'] });
    driver.run(100);
    const authorities = [record(HOST, { type: 'A', address: '10.0.0.77' })];
    driver.receive(query([ask(HOST, TYPE_ANY)], { authorities }), LOOPED);
    expect(probesOf(driver.run(5_000)).map(({ at }) => at)).toEqual([250, 500]);
  });

  it('over the host name silence its services until it has another, then announce them anew (RFC 6762 9)', () => {
    const driver = Driver.settled();
    const stranger = record(HOST, { type: 'A', address: '10.0.0.9' }, 120, true);
    driver.receive(response([stranger]));
    driver.runFor(100);
    driver.receive(response([stranger]));
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'host-conflict' }]);
    expect(answersOf(driver.exchange(query([ask(REDIS_TYPE, TYPE_CODES.PTR)])))).toEqual([]);
    driver.responder.setHost({ label: 'h1-zzzz', addresses: ['10.0.0.1'] }, driver.now);
    driver.forget();
    const answers = answersOf(driver.runFor(760));
    expect(typesOf(answers)).toEqual(['A', 'SRV', 'TXT', 'PTR', 'PTR']);
    expect(answers.find(({ data }) => data.type === 'SRV')?.data).toMatchObject({ target: ['h1-zzzz', 'local'] });
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'host-claimed' }]);
  });

  it('leave siblings alone', () => {
    const driver = new Driver();
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    driver.responder.publish('sibling', SIBLING, 0, { announce: true });
    driver.run(60_000);
    driver.forget();
    driver.receive(response([foreignSrv()]));
    const [probe] = probesOf(driver.runFor(10));
    expect(probe?.transmit.message.questions).toEqual([ask(REDIS_NAME, TYPE_ANY)]);
    expect(typesOf(answersOf(driver.exchange(query([ask([SIBLING.name, ...REDIS_TYPE], TYPE_CODES.SRV)]))))).toContain(
      'SRV',
    );
  });
});

describe('two hosts that want one name', () => {
  /** Delivers what each sends to the other, in steps of 10 ms. */
  function connect(left: Driver, right: Driver, until: number): void {
    for (let at = Math.max(left.now, right.now); at <= until; at += 10) {
      const fromLeft = left.run(at);
      for (const { transmit } of right.run(at)) left.receive(transmit.message);
      for (const { transmit } of fromLeft) right.receive(transmit.message);
    }
  }

  it('settle it by the tiebreak when they start at the same time (RFC 6762 8.2)', () => {
    const left = new Driver({ addresses: ['169.254.99.200'] });
    const right = new Driver({ addresses: ['169.254.200.50'] });
    connect(left, right, 10_000);
    expect(right.responder.takeEvents()).toEqual([{ kind: 'host-claimed' }]);
    expect(left.responder.takeEvents()).toEqual([{ kind: 'host-conflict' }]);
  });

  it('are not made two by a query from another port (RFC 6762 6.7)', () => {
    const driver = new Driver({ addresses: ['169.254.99.200'] });
    driver.run(100);
    const later = record(HOST, { type: 'A', address: '169.254.200.50' });
    driver.receive(query([ask(HOST, TYPE_ANY)], { authorities: [later] }), { ...PEER, port: 5354 });
    driver.run(750);
    expect(driver.responder.takeEvents()).toEqual([{ kind: 'host-claimed' }]);
  });

  it('settle it as soon as the winner announces, not after another second (RFC 6762 8.1)', () => {
    const left = new Driver({ addresses: ['169.254.99.200'] });
    const right = new Driver({ addresses: ['169.254.200.50'] });
    connect(left, right, 800);
    expect(left.responder.takeEvents()).toEqual([{ kind: 'host-conflict' }]);
  });

  it('settle it when a partition heals, and one of them keeps the name (RFC 6762 9)', () => {
    const left = new Driver({ addresses: ['169.254.99.200'] });
    const right = new Driver({ addresses: ['169.254.200.50'] });
    left.run(60_000);
    right.run(60_000);
    left.forget();
    right.forget();
    right.responder.restart(60_000);
    connect(left, right, 80_000);
    const events = [...left.responder.takeEvents(), ...right.responder.takeEvents()];
    expect(events.filter(({ kind }) => kind === 'host-conflict')).toHaveLength(1);
  });
});
