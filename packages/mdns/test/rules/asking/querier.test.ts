import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/rules/asking/record-store.ts';
import { parseName } from '../../../src/wire/name.ts';
import { type ResourceRecord, TYPE_CODES } from '../../../src/wire/record.ts';
import {
  address,
  fullAnswer,
  goodbye,
  H1,
  H2,
  pointer,
  QuerierDriver,
  queryOf,
  responseOf,
  SELF,
  service,
  text,
} from './querier-driver.ts';

let driver: QuerierDriver;

beforeEach(() => {
  driver = new QuerierDriver();
});

function resolve(): void {
  driver.browse();
  driver.runTo(100);
  driver.hear(fullAnswer());
  driver.takeEvents();
  driver.takeQuestions();
}

describe('Querier', () => {
  it('waits for nothing and sends nothing as long as nothing is browsed', () => {
    expect(driver.querier.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    driver.hear(fullAnswer());
    expect(driver.querier.cachedRecords).toBe(0);
    expect(driver.querier.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps only what is browsed, and what that refers to', () => {
    driver.browse();
    driver.hear(responseOf(pointer('x', '_http._tcp.local'), service('b'), address('10.0.0.7', 'h7.local')));
    expect(driver.querier.cachedRecords).toBe(0);
  });

  it('knows the addresses that a host told just before its service, and need not ask for them', () => {
    driver.browse();
    driver.hear(responseOf(address('10.0.0.1'), address('fe80::1')));
    expect(driver.querier.cachedRecords).toBe(0);
    driver.runTo(1000);
    driver.takeQuestions();
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v')));
    expect(driver.takeEvents()).toMatchObject([expect.stringContaining('resolved')]);
  });

  it('asks for addresses that were told too long before the service', () => {
    driver.browse();
    driver.hear(responseOf(address('10.0.0.1')));
    driver.runTo(2000);
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v')));
    expect(driver.takeEvents()).toEqual([]);
    driver.takeQuestions();
    driver.runTo(2200);
    expect(driver.takeQuestions()).toEqual(expect.arrayContaining([expect.stringContaining('A h1.local')]));
  });

  it('lists what it knows in its next questions (RFC 6762 7.1)', () => {
    resolve();
    driver.runTo(5000);
    expect(driver.sent.map(({ message }) => message.answers.map((answer) => answer.ttl))).toEqual([[4500], [4498]]);
  });

  it('learns nothing from the known answers of queries and the proposals of probes (RFC 6762 7.1, 8.2)', () => {
    driver.browse();
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), answers: [pointer('a')], authorities: [service('a')] });
    expect(driver.querier.cachedRecords).toBe(0);
  });

  it('counts who browses: only the last stop stops', () => {
    driver.browse();
    driver.browse();
    driver.hear(fullAnswer());
    driver.querier.stopBrowse('_redis._tcp', undefined);
    expect(driver.querier.cachedRecords).toBe(4);
    driver.querier.stopBrowse('_redis._tcp', undefined);
    driver.querier.stopBrowse('_redis._tcp', undefined);
    expect(driver.querier.cachedRecords).toBe(0);
    expect(driver.querier.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps what another browse needs when one stops', () => {
    driver.browse();
    driver.browse('_redis._tcp', '_primary');
    const primary = pointer('a', '_primary._sub._redis._tcp.local');
    driver.hear(responseOf(primary, pointer('a'), service('a'), text('a', 'k=v'), address('10.0.0.1')));
    driver.querier.stopBrowse('_redis._tcp', undefined);
    driver.takeEvents();
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    driver.runTo(500);
    expect(driver.takeEvents()).toEqual(['0 changed a 10.0.0.1:7000']);
    expect(driver.takeQuestions()).toEqual(['22 PTR _primary._sub._redis._tcp.local']);
  });

  it('finds the service types on the link (RFC 6763 9)', () => {
    driver.querier.browseTypes(0);
    driver.runTo(100);
    expect(driver.takeQuestions()).toEqual(['22 PTR _services._dns-sd._udp.local']);
    const types = ['_http._tcp.local', '_ipp._tcp.local', 'h1.local', '_x._tcp.example.com'];
    const answers = types.map((type) => {
      const data = { type: 'PTR', target: parseName(type) } as const;
      return { name: parseName('_services._dns-sd._udp.local'), ttl: 4500, flush: false, data };
    });
    driver.hear(responseOf(...answers));
    driver.hear(responseOf(...answers));
    expect(driver.takeEvents()).toEqual(['100 type-found _http._tcp', '100 type-found _ipp._tcp']);
    driver.querier.stopBrowseTypes();
    expect(driver.querier.cachedRecords).toBe(0);
  });
});

describe('Querier and denials (RFC 6762 6.1)', () => {
  const denial = (name: string, ...types: (keyof typeof TYPE_CODES)[]): ResourceRecord => ({
    name: parseName(name),
    ttl: 120,
    flush: true,
    data: { type: 'NSEC', next: parseName(name), types: types.map((type) => TYPE_CODES[type]) },
  });

  it('asks no more for what the owner says that it does not have', () => {
    driver.browse();
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v')));
    driver.runTo(500);
    expect(driver.takeQuestions()).toContainEqual(expect.stringContaining('AAAA h1.local'));
    driver.hear(responseOf(denial('h1.local', 'A')));
    driver.runTo(60_000);
    const questions = driver.takeQuestions().filter((question) => question.includes('h1.local'));
    expect(questions.map((question) => question.split(' ')[1])).toEqual(['A', 'A', 'A']);
  });

  it('asks nothing about a host without addresses, until it tells one', () => {
    driver.browse();
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v'), denial('h1.local')));
    driver.runTo(60_000);
    expect(driver.takeQuestions().filter((question) => question.includes('h1.local'))).toEqual([]);
    driver.hear(responseOf(address('10.0.0.1')));
    expect(driver.takeEvents()).toEqual(['60000 resolved a 10.0.0.1:6379']);
  });

  it('waits for no TXT record where there is none', () => {
    driver.browse();
    driver.hear(responseOf(pointer('a'), service('a'), address('10.0.0.1')));
    driver.runTo(300);
    expect(driver.takeEvents()).toEqual([]);
    driver.hear(responseOf(denial('a._redis._tcp.local', 'SRV')));
    expect(driver.takeEvents()).toEqual(['300 resolved a 10.0.0.1:6379']);
  });

  it('verifies an address that it knows and that is denied, and drops it within ten seconds', () => {
    driver.browse();
    driver.hear(fullAnswer());
    driver.hear(responseOf(address('fe80::1')));
    driver.runTo(5_000);
    driver.takeEvents();
    driver.takeQuestions();
    driver.hear(responseOf(denial('h1.local', 'AAAA')));
    driver.runTo(15_000);
    expect(driver.takeQuestions()).toContainEqual(expect.stringContaining(' A h1.local'));
    expect(driver.takeEvents()).toEqual(['14000 changed a fe80::1:6379']);
  });

  it('keeps an address that comes with a denial of it, as some hosts send it', () => {
    driver.browse();
    driver.hear(fullAnswer());
    driver.runTo(5_000);
    driver.takeQuestions();
    driver.takeEvents();
    driver.hear(responseOf(address('10.0.0.1'), denial('h1.local')));
    driver.runTo(60_000);
    expect(driver.takeQuestions().filter((question) => question.includes('h1.local'))).toEqual([]);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('keeps no denials of names that nobody wants', () => {
    driver.browse();
    driver.hear(responseOf(denial('h1.local')));
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v')));
    driver.runTo(500);
    expect(driver.takeQuestions()).toContainEqual(expect.stringContaining(' A h1.local'));
  });
});

describe('Querier and the questions of others (RFC 6762 7.3)', () => {
  beforeEach(() => {
    driver.browse();
  });

  it('does not ask what another host just asked', () => {
    driver.hear(queryOf('PTR _redis._tcp.local'), H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual([]);
    driver.runTo(1500);
    expect(driver.takeQuestions()).toEqual(['1022 PTR _redis._tcp.local']);
  });

  it('asks itself when the other host knows an answer that we do not', () => {
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), answers: [pointer('a')] }, H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual(['22 PTR _redis._tcp.local']);
  });

  it('does not ask when we know all that the other host knows', () => {
    driver.hear(fullAnswer());
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), answers: [pointer('a')] }, H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual([]);
  });

  it('asks itself when more known answers of the other host follow', () => {
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), truncated: true }, H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual(['22 PTR _redis._tcp.local']);
  });

  it('does not ask when all known answers of the other host are known, in however many packets they came (RFC 6762 7.2)', () => {
    driver.hear(fullAnswer('a'));
    driver.hear(fullAnswer('b', 'h2.local', '10.0.0.2'));
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), answers: [pointer('a')], truncated: true }, H2);
    driver.hear({ ...queryOf(), answers: [pointer('b')] }, H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual([]);
  });

  it('asks itself when a further packet holds a known answer that we do not know (RFC 6762 7.2)', () => {
    driver.hear(fullAnswer('a'));
    driver.hear({ ...queryOf('PTR _redis._tcp.local'), answers: [pointer('a')], truncated: true }, H2);
    driver.hear({ ...queryOf(), answers: [pointer('b')] }, H2);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual(['22 PTR _redis._tcp.local']);
  });

  it.each([
    ['a question for a unicast answer', { ...H2 }, true],
    ['a question from another port', { ...H2, port: 40_000 }, false],
  ])('asks itself despite %s, the answer of which it may not hear', (_what, from, unicast) => {
    const query = queryOf('PTR _redis._tcp.local');
    driver.hear({ ...query, questions: query.questions.map((question) => ({ ...question, unicast })) }, from);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual(['22 PTR _redis._tcp.local']);
  });

  it('is not silenced by its own question that comes back', () => {
    driver.runTo(100);
    for (const { message } of [...driver.sent]) driver.hear(message, SELF);
    driver.runTo(4000);
    expect(driver.takeQuestions().map((question) => question.split(' ')[0])).toEqual(['22', '1022', '3022']);
  });

  it('is silenced by another process of this host', () => {
    driver.hear(queryOf('PTR _redis._tcp.local'), SELF);
    driver.runTo(500);
    expect(driver.takeQuestions()).toEqual([]);
  });
});

describe('Querier on failures', () => {
  beforeEach(resolve);

  it('asks for SRV and addresses at once, and drops what is silent as unreachable within ten seconds (RFC 6762 10.4)', () => {
    driver.runTo(30_000);
    driver.takeQuestions();
    driver.querier.verify('_redis._tcp', 'a', 30_000);
    driver.runTo(40_000);
    const questions = driver.takeQuestions().filter((question) => question.includes('SRV'));
    expect(questions.slice(0, 4).map((question) => question.split(' ')[0])).toEqual([
      '30000',
      '31000',
      '33000',
      '36000',
    ]);
    expect(driver.takeEvents()).toEqual(['39000 lost a unreachable']);
  });

  it('keeps an instance whose host answers (RFC 6762 10.4)', () => {
    driver.runTo(30_000);
    driver.querier.verify('_redis._tcp', 'a', 30_000);
    driver.runTo(30_010);
    driver.hear(fullAnswer());
    driver.takeQuestions();
    driver.runTo(60_000);
    expect(driver.takeEvents()).toEqual([]);
    expect(driver.takeQuestions().filter((question) => question.includes('SRV'))).toEqual([]);
  });

  it('is back at once when the host answers later (RFC 6762 10.4)', () => {
    driver.runTo(30_000);
    driver.querier.verify('_redis._tcp', 'a', 30_000);
    driver.runTo(45_000);
    driver.hear(responseOf(service('a'), address('10.0.0.1')));
    expect(driver.takeEvents()).toEqual(['39000 lost a unreachable', '45000 resolved a 10.0.0.1:6379']);
  });

  it('asks once more for an instance that was lost: a healed link announces nothing', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(fullAnswer());
    driver.runTo(200_000);
    expect(driver.takeEvents().at(-1)).toMatch(/lost a expired$/);
    driver.takeQuestions();
    driver.querier.verify('_redis._tcp', 'a', 200_000);
    driver.runTo(200_000);
    expect(driver.takeQuestions()).toEqual(['200000 SRV a._redis._tcp.local']);
    driver.hear(fullAnswer());
    expect(driver.takeEvents()).toEqual(['200000 resolved a 10.0.0.1:6379']);
  });

  it('asks for the whole type when the instance is not even named any more, once a second at most', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(fullAnswer());
    driver.runTo(5_000_000);
    driver.takeQuestions();
    for (let at = 5_000_000; at < 5_003_000; at += 10) {
      driver.querier.verify('_redis._tcp', 'a', at);
      driver.runTo(at);
    }
    expect(driver.takeQuestions()).toHaveLength(3);
    driver.runTo(5_009_000);
    driver.takeQuestions();
    driver.querier.verify('_http._tcp', 'a', 5_010_000);
    driver.runTo(5_010_000);
    expect(driver.takeQuestions()).toEqual([]);
  });

  it('costs nothing to verify again and again, nor what is unknown', () => {
    driver.runTo(30_000);
    driver.takeQuestions();
    for (let index = 0; index < 1000; index++) driver.querier.verify('_redis._tcp', 'a', 30_000 + index);
    driver.querier.verify('_redis._tcp', 'nobody', 30_000);
    driver.runTo(40_000);
    expect(driver.takeQuestions().filter((question) => question.includes('SRV')).length).toBeLessThanOrEqual(6);
    expect(driver.takeEvents()).toEqual(['39000 lost a unreachable']);
  });

  it('verifies what others ask for in vain (RFC 6762 10.5)', () => {
    driver.runTo(30_000);
    driver.hear(queryOf('SRV a._redis._tcp.local'), H2);
    driver.runTo(31_000);
    driver.hear(queryOf('SRV a._redis._tcp.local'), H2);
    driver.runTo(60_000);
    expect(driver.takeEvents()).toEqual(['50000 lost a unreachable']);
  });

  it('verifies nothing while the questions of others are answered (RFC 6762 10.5)', () => {
    for (const at of [30_000, 31_000, 32_000, 50_000]) {
      driver.runTo(at);
      driver.hear(queryOf('SRV a._redis._tcp.local'), H2);
      driver.runTo(at + 20);
      driver.hear(responseOf(service('a'), address('10.0.0.1'), text('a', 'k=v')));
    }
    driver.runTo(80_000);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('asks everything anew on restart, without known answers, and drops what nobody confirms', () => {
    driver.runTo(30_000);
    driver.hear(fullAnswer('b', 'h2.local', '10.0.0.2'), H2);
    driver.runTo(40_000);
    driver.takeQuestions();
    driver.takeEvents();
    driver.querier.restart(40_000);
    driver.runTo(40_100);
    expect(driver.sent.map(({ message }) => message.answers)).toEqual([[]]);
    expect(driver.takeQuestions()).toEqual(['40070 PTR _redis._tcp.local']);
    driver.hear(fullAnswer());
    driver.runTo(60_000);
    expect(driver.takeEvents()).toEqual(['49000 lost b expired']);
  });
});

describe('Querier and clocks that misbehave', () => {
  beforeEach(resolve);

  it('takes a time before the last one for the last one', () => {
    driver.runTo(50_000);
    driver.querier.advance(50_000);
    driver.querier.advance(10);
    driver.querier.receive({ message: responseOf(goodbye(pointer('a'))), from: H1 }, 20);
    driver.runTo(60_000);
    expect(driver.takeEvents()).toEqual(['51000 leaving a 10.0.0.1:6379', '51000 lost a goodbye']);
  });

  it('confirms everything before giving it up when it is woken hours late', () => {
    driver.now = 7_200_000;
    driver.querier.advance(driver.now);
    driver.runTo(7_200_100);
    expect(driver.takeEvents()).toEqual([]);
    expect(driver.takeQuestions()).toEqual(['7200070 PTR _redis._tcp.local']);
    driver.hear(fullAnswer());
    driver.runTo(7_260_000);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('gives up after that what nobody confirms', () => {
    driver.now = 7_200_000;
    driver.runTo(7_230_000);
    expect(driver.takeEvents()).toEqual(['7209000 lost a expired']);
  });
});

describe('Querier under flood', () => {
  it('keeps genuine instances and finds new ones while one host announces 5000 names', () => {
    driver.browse();
    driver.hear(fullAnswer('genuine'));
    const flooder = { ...H2, address: '10.0.0.66' };
    for (let index = 0; index < 5000; index++) {
      driver.runTo(index);
      driver.hear(fullAnswer(`fake ${index}`, `fake${index}.local`, '10.0.0.66'), flooder);
    }
    driver.takeEvents();
    driver.hear(fullAnswer('late', 'h2.local', '10.0.0.2'), H2);
    driver.runTo(10_000);
    expect(driver.takeEvents().filter((event) => !event.includes('fake'))).toEqual([
      '4999 resolved late 10.0.0.2:6379',
    ]);
    expect(driver.querier.cachedRecords).toBeLessThanOrEqual(DEFAULT_LIMITS.recordsPerSource + 8);
    expect(driver.querier.refusedRecords).toBeGreaterThan(0);
  });

  it('sends no more than ten packets a second while a host names instances that do not exist', () => {
    driver.browse();
    for (let index = 0; index < 2000; index++) {
      driver.runTo(index);
      driver.hear(responseOf(pointer(`fake ${index}`)));
    }
    driver.runTo(60_000);
    const times = driver.sent.map(({ at }) => at);
    for (const [index, at] of times.entries())
      expect(at - (times[index - 20] ?? 0)).toBeGreaterThanOrEqual(index < 20 ? 0 : 1000);
  });
});
