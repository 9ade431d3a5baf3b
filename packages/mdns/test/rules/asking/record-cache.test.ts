import { beforeEach, describe, expect, it } from 'vitest';
import type { CacheEvent } from '../../../src/rules/asking/cache-event.ts';
import { RecordCache } from '../../../src/rules/asking/record-cache.ts';
import { DEFAULT_LIMITS } from '../../../src/rules/asking/record-store.ts';
import { parseName } from '../../../src/wire/name.ts';
import { type ResourceRecord, recordKey, TYPE_CODES } from '../../../src/wire/record.ts';
import { address, goodbye, H1, H2, pointer, SELF, service, text } from './querier-driver.ts';

const TYPE = parseName('_redis._tcp.local');
const HOST = parseName('h1.local');
const { A, PTR, SRV, TXT } = TYPE_CODES;

let cache: RecordCache;

/** Advances at each deadline up to `time`; gives each event with its time. */
function runTo(time: number): readonly string[] {
  const seen: string[] = [];
  for (let at = cache.nextDeadline(); at <= time; at = cache.nextDeadline()) {
    cache.advance(at);
    for (const event of cache.takeEvents()) seen.push(`${at} ${describeEvent(event)}`);
  }
  return seen;
}

function describeEvent(event: CacheEvent): string {
  const reason = event.kind === 'expired' ? ` ${event.reason}` : '';
  return `${event.kind} ${event.entry.record.data.type}${reason}`;
}

function takeKinds(): readonly string[] {
  return cache.takeEvents().map(describeEvent);
}

function dataOf(name: readonly string[], type: number, now: number): readonly unknown[] {
  return cache.lookup(name, type, now).map(({ record }) => record.data);
}

beforeEach(() => {
  cache = new RecordCache(() => 0.5);
});

describe('RecordCache', () => {
  it('finds records whatever the case of their name (RFC 6762 16)', () => {
    cache.put(address('10.0.0.1', 'H1.Local'), H1, 0);
    expect(dataOf(HOST, A, 1)).toEqual([{ type: 'A', address: '10.0.0.1' }]);
  });

  it('refreshes a record that comes again and does not keep two', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(address('10.0.0.1'), H1, 60_000);
    expect(takeKinds()).toEqual(['added A', 'refreshed A']);
    expect(cache.size).toBe(1);
    expect(dataOf(HOST, A, 179_999)).toHaveLength(1);
  });

  it('asks at 80, 85, 90 and 95 % of the TTL with up to 2 % of jitter, then lets go (RFC 6762 5.2)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.takeEvents();
    expect(runTo(1e9)).toEqual([
      '97200 refresh-due A',
      '103200 refresh-due A',
      '109200 refresh-due A',
      '115200 refresh-due A',
      '120000 expired A expired',
    ]);
  });

  it('asks at once for all that came at once, and at other times for what came at others (RFC 6762 5.3)', () => {
    const draws = [0.25, 0.75].values();
    cache = new RecordCache(() => draws.next().value ?? 0);
    for (const record of [address('10.0.0.1'), service('a'), service('b')]) cache.put(record, H1, 0);
    cache.put(address('10.0.0.2', 'h2.local'), H2, 5);
    cache.takeEvents();
    expect(runTo(100_000)).toEqual([
      '96600 refresh-due A',
      '96600 refresh-due SRV',
      '96600 refresh-due SRV',
      '97805 refresh-due A',
    ]);
  });

  it('begins anew with the refreshes when an answer came (RFC 6762 5.2)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    runTo(100_000);
    cache.put(address('10.0.0.1'), H1, 100_000);
    cache.takeEvents();
    expect(runTo(200_000)).toEqual(['197200 refresh-due A']);
  });

  it('does not refresh records that live for less than five seconds', () => {
    cache.put(address('10.0.0.1', 'h1.local', 4), H1, 0);
    cache.takeEvents();
    expect(runTo(1e9)).toEqual(['4000 expired A expired']);
  });

  it('believes no TTL over 4500 s, over 120 s for hosts and addresses, and stretches none', () => {
    cache.put(pointer('a', '_redis._tcp.local', 28_800), H1, 0);
    cache.put(service('a', 'h1.local', 6379, 4500), H1, 0);
    cache.put(address('10.0.0.1', 'h1.local', 0xffffffff), H1, 0);
    cache.put(text('short'), H1, 0);
    cache.put({ ...text('short'), ttl: 10 }, H1, 0);
    cache.takeEvents();
    const ends = runTo(1e9).filter((event) => event.includes('expired'));
    expect(ends).toEqual([
      '10000 expired TXT expired',
      '120000 expired SRV expired',
      '120000 expired A expired',
      '4500000 expired PTR expired',
    ]);
  });

  it('keeps a record for one second after its goodbye (RFC 6762 10.1)', () => {
    cache.put(pointer('a'), H1, 0);
    cache.takeEvents();
    cache.put(goodbye(pointer('a')), H1, 5000);
    expect(dataOf(TYPE, PTR, 5999)).toHaveLength(1);
    expect(takeKinds()).toEqual(['withdrawn PTR']);
    expect(runTo(1e9)).toEqual(['6000 expired PTR goodbye']);
  });

  it('lets another owner rescue a record within that second (RFC 6762 10.1)', () => {
    cache.put(pointer('a'), H1, 0);
    cache.put(goodbye(pointer('a')), H1, 5000);
    cache.put(pointer('a'), H2, 5900);
    expect(takeKinds()).toEqual(['added PTR', 'withdrawn PTR', 'changed PTR']);
    expect(runTo(3_000_000)).toEqual([]);
  });

  it('does not let goodbyes in a row put off the end, and ignores those for what it does not know', () => {
    cache.put(pointer('a'), H1, 0);
    cache.takeEvents();
    cache.put(goodbye(pointer('a')), H1, 5000);
    cache.put(goodbye(pointer('a')), H1, 5800);
    cache.put(goodbye(pointer('b')), H1, 5800);
    expect(takeKinds()).toEqual(['withdrawn PTR']);
    expect(runTo(1e9)).toEqual(['6000 expired PTR goodbye']);
  });

  it('believes no goodbye for a minute after one was contradicted, but asks the owner (RFC 6762 10.1, 10.4)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(goodbye(address('10.0.0.1')), H2, 5_000);
    cache.put(address('10.0.0.1'), H1, 5_100);
    cache.takeEvents();
    cache.put(goodbye(address('10.0.0.1')), H2, 5_200);
    expect(runTo(9_000)).toEqual(['5200 refresh-due A', '6200 refresh-due A', '8200 refresh-due A']);
    cache.put(address('10.0.0.1'), H1, 9_000);
    expect(takeKinds()).toEqual(['refreshed A']);
    cache.put(goodbye(address('10.0.0.1')), H1, 10_000);
    expect(runTo(20_000).at(-1)).toBe('19000 expired A goodbye');
  });

  it('believes a goodbye whose predecessor comes late by the other address family', () => {
    cache.put(pointer('a'), H1, 0);
    for (const put of [pointer('a'), goodbye(pointer('a')), pointer('a'), goodbye(pointer('a'))])
      cache.put(put, H1, 5_000);
    expect(takeKinds().at(-1)).toBe('withdrawn PTR');
    expect(runTo(1e9)).toEqual(['6000 expired PTR goodbye']);
  });

  it('believes a goodbye again a minute after one was contradicted (RFC 6762 10.1)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(goodbye(address('10.0.0.1')), H2, 5_000);
    cache.put(address('10.0.0.1'), H1, 5_100);
    cache.put(goodbye(address('10.0.0.1')), H1, 65_200);
    cache.takeEvents();
    expect(runTo(70_000)).toEqual(['66200 expired A goodbye']);
  });

  it('gives the others of a unique set one second when a new record flushes them (RFC 6762 10.2)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(address('10.0.0.2'), H1, 2000);
    cache.takeEvents();
    expect(cache.lookup(HOST, A, 2500).map(({ lifetime }) => lifetime.kind)).toEqual(['leaving', 'fresh']);
    expect(runTo(10_000)).toEqual(['3000 expired A flushed']);
    expect(dataOf(HOST, A, 10_000)).toEqual([{ type: 'A', address: '10.0.0.2' }]);
  });

  it('does not flush what came within the last second, as the other addresses in one packet do (RFC 6762 10.2)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(address('10.0.0.2'), H1, 0);
    cache.put(address('10.0.0.3'), H2, 1000);
    cache.takeEvents();
    expect(runTo(90_000)).toEqual([]);
    expect(dataOf(HOST, A, 90_000)).toHaveLength(3);
  });

  it('flushes neither other types, nor other names, nor the shared PTR records of a service (RFC 6762 10.2)', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(address('10.0.0.7', 'h7.local'), H2, 0);
    cache.put(pointer('a'), H1, 0);
    cache.put(address('fe80::1'), H1, 5000);
    cache.put({ ...pointer('b'), flush: true }, H2, 5000);
    cache.takeEvents();
    expect(runTo(90_000)).toEqual([]);
  });

  it('lists as known what has more than half of its TTL left, with what is left of it (RFC 6762 7.1)', () => {
    cache.put({ ...pointer('a'), flush: true }, H1, 0);
    cache.put(pointer('b'), H1, 1_000_000);
    expect(cache.knownAnswers(TYPE, PTR, 1_500_900)).toEqual([
      { ...pointer('a'), ttl: 3000 },
      { ...pointer('b'), ttl: 4000 },
    ]);
    expect(cache.knownAnswers(TYPE, PTR, 2_250_000)).toEqual([{ ...pointer('b'), ttl: 3250 }]);
    cache.put(goodbye(pointer('b')), H1, 2_250_000);
    expect(cache.knownAnswers(TYPE, PTR, 2_250_001)).toEqual([]);
    expect(cache.isKnownAnswer(pointer('b'), 2_250_001)).toBe(false);
  });

  it('doubts what it is told to: four questions, then gone after nine seconds as unreachable (RFC 6762 10.4)', () => {
    cache.put(service('a'), H1, 0);
    cache.takeEvents();
    cache.reconfirm(service('a').name, SRV, 10_000);
    expect(cache.knownAnswers(service('a').name, SRV, 10_000)).toEqual([]);
    expect(runTo(1e9)).toEqual([
      '10000 refresh-due SRV',
      '11000 refresh-due SRV',
      '13000 refresh-due SRV',
      '16000 refresh-due SRV',
      '19000 expired SRV unreachable',
    ]);
  });

  it('stops doubting when the owner answers (RFC 6762 10.4)', () => {
    cache.put(service('a'), H1, 0);
    cache.reconfirm(service('a').name, SRV, 10_000);
    cache.put(service('a'), H1, 10_030);
    cache.takeEvents();
    expect(runTo(90_000)).toEqual([]);
  });

  it('doubts what came within a second too, asks once that second is over, and is done in time (RFC 6762 10.4)', () => {
    cache.put(service('a'), H1, 10_000);
    cache.reconfirm(service('a').name, SRV, 10_200);
    cache.takeEvents();
    expect(runTo(1e9)).toEqual([
      '11000 refresh-due SRV',
      '12000 refresh-due SRV',
      '14000 refresh-due SRV',
      '17000 refresh-due SRV',
      '19200 expired SRV unreachable',
    ]);
  });

  it('doubts what is denied, unless it came within a second (RFC 6762 6.1)', () => {
    cache.put(service('a'), H1, 10_000);
    cache.takeEvents();
    cache.contradict(service('a').name, SRV, 10_999);
    expect(runTo(20_000)).toEqual([]);
    cache.contradict(service('a').name, SRV, 20_000);
    expect(runTo(20_000)).toEqual(['20000 refresh-due SRV']);
  });

  it('counts a record as unanswered ten seconds after the second question of others (RFC 6762 10.5)', () => {
    cache.put(service('a'), H1, 0);
    cache.takeEvents();
    cache.noteQuestion(service('a').name, SRV, new Set(), 5000);
    cache.noteQuestion(service('a').name, SRV, new Set(), 6000);
    expect(runTo(20_000)).toEqual(['16000 unanswered SRV']);
  });

  it.each([
    ['it was answered', (): void => cache.put(service('a'), H1, 6020)],
    ['it is withdrawn anyway', (): void => cache.put(goodbye(service('a')), H1, 6020)],
  ])('forgets the questions of others when %s (RFC 6762 10.5)', (_what, answer) => {
    cache.put(service('a'), H1, 0);
    cache.noteQuestion(service('a').name, SRV, new Set(), 5000);
    cache.noteQuestion(service('a').name, SRV, new Set(), 6000);
    answer();
    cache.takeEvents();
    expect(runTo(20_000).filter((event) => event.includes('unanswered'))).toEqual([]);
  });

  it('does not count questions that need no answer, nor one that came twice (RFC 6762 10.5)', () => {
    cache.put(service('a'), H1, 0);
    cache.takeEvents();
    for (const at of [5000, 5001, 5002]) cache.noteQuestion(service('a').name, SRV, new Set(), at);
    for (const at of [6000, 7000]) cache.noteQuestion(service('a').name, SRV, new Set([recordKey(service('a'))]), at);
    expect(runTo(50_000)).toEqual([]);
  });

  it('gives everything nine seconds to be confirmed after time was lost, even what should have ended', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(pointer('a'), H1, 0);
    cache.put(pointer('gone'), H1, 0);
    cache.takeEvents();
    cache.reconfirmAll(500_000);
    cache.put(pointer('a'), H1, 500_100);
    cache.takeEvents();
    expect(runTo(600_000).toSorted()).toEqual([
      '501000 refresh-due A',
      '501000 refresh-due PTR',
      '503000 refresh-due A',
      '503000 refresh-due PTR',
      '506000 refresh-due A',
      '506000 refresh-due PTR',
      '509000 expired A expired',
      '509000 expired PTR expired',
    ]);
  });

  it('tells when a record is heard from this host itself for the first time', () => {
    cache.put(address('10.0.0.1'), H1, 0);
    cache.put(address('10.0.0.1'), SELF, 10);
    cache.put(address('10.0.0.1'), H1, 20);
    expect(takeKinds()).toEqual(['added A', 'changed A', 'refreshed A']);
    expect(cache.lookup(HOST, A, 30)[0]?.isFromThisHost).toBe(true);
  });

  it('forgets a name without telling', () => {
    cache.put(service('a'), H1, 0);
    cache.put(text('a', 'k=v'), H1, 0);
    cache.takeEvents();
    cache.forget(recordKey(service('a')).split('/')[0] ?? '');
    expect(cache.size).toBe(0);
    expect(cache.has(service('a').name, TXT)).toBe(false);
    expect(runTo(1e9)).toEqual([]);
  });
});

describe('RecordCache under flood', () => {
  const flooder = { address: '10.0.0.66', family: 'IPv4' as const, isThisHost: false };

  function flood(count: number, make: (index: number) => ResourceRecord, source = flooder): void {
    for (let index = 0; index < count; index++) cache.put(make(index), source, index / 1000);
    cache.takeEvents();
  }

  it('keeps 2,048 records of one source, those that came first', () => {
    flood(5_000, (index) => text(`instance ${index}`, 'k=v'));
    expect(cache.size).toBe(2_048);
    expect(cache.refused).toBe(5_000 - 2_048);
    expect(cache.has(text('instance 2047').name, TXT)).toBe(true);
    expect(cache.has(text('instance 2048').name, TXT)).toBe(false);
  });

  it('keeps 512 instances of one service and source, those that came first, until one was not heard for a minute', () => {
    flood(5_000, (index) => pointer(`instance ${index}`));
    expect(cache.lookup(TYPE, PTR, 5)).toHaveLength(512);
    expect(cache.isKnownAnswer(pointer('instance 511'), 5)).toBe(true);
    cache.put(pointer('late'), flooder, 61_000);
    expect(cache.lookup(TYPE, PTR, 61_000)).toHaveLength(512);
    expect(cache.isKnownAnswer(pointer('late'), 61_000)).toBe(true);
    flood(512, (index) => pointer(`another ${index}`, '_http._tcp.local'));
    expect(cache.size).toBe(1_024);
  });

  it('replaces of a source that has its share what was not heard for a minute', () => {
    cache = new RecordCache(() => 0.5, { ...DEFAULT_LIMITS, recordsPerSource: 512 });
    flood(512, (index) => text(`instance ${index}`, 'k=v'));
    cache.put(text('instance 0', 'k=v'), flooder, 50_000);
    cache.put(text('late', 'k=v'), flooder, 61_000);
    expect(cache.has(text('late').name, TXT)).toBe(true);
    expect(cache.has(text('instance 0').name, TXT)).toBe(true);
    expect(cache.has(text('instance 1').name, TXT)).toBe(false);
  });

  it('keeps 2,048 instances of one service type, at the cost of the noisiest sources', () => {
    cache.put(pointer('genuine'), H1, 0);
    for (let source = 0; source < 5; source++) {
      const from = { address: `10.0.1.${source}`, family: 'IPv4' as const, isThisHost: false };
      flood(600, (index) => pointer(`fake ${source} ${index}`), from);
    }
    cache.put(pointer('late'), H2, 10);
    const names = cache.lookup(TYPE, PTR, 20).map(({ record }) => record.data.type === 'PTR' && record.data.target[0]);
    expect(names).toHaveLength(2048);
    expect(names).toContain('genuine');
    expect(names).toContain('late');
  });

  it('does not let a source of one record each take the place of another that has no more', () => {
    cache = new RecordCache(() => 0.5, { ...DEFAULT_LIMITS, records: 100 });
    cache.put(text('genuine', 'k=v'), H1, 0);
    for (let index = 0; index < 5000; index++) {
      cache.put(
        text(`fake ${index}`, 'k=v'),
        { address: `10.9.${index >> 8}.${index & 255}`, family: 'IPv4', isThisHost: false },
        index,
      );
    }
    expect(cache.size).toBe(100);
    expect(cache.has(text('genuine').name, TXT)).toBe(true);
  });

  it('keeps 32 records of a unique set', () => {
    flood(1000, (index) => address(`10.1.${index >> 8}.${index & 255}`));
    expect(dataOf(HOST, A, 2)).toHaveLength(32);
  });

  it('keeps 10,000 records in all; the source with the most pays', () => {
    cache.put(text('genuine', 'k=v'), H1, 0);
    for (let source = 0; source < 30; source++) {
      const from = { address: `10.0.1.${source}`, family: 'IPv4' as const, isThisHost: false };
      flood(512, (index) => text(`instance ${source} ${index}`, 'k=v'), from);
    }
    cache.put(text('late', 'k=v'), H2, 10);
    expect(cache.size).toBe(DEFAULT_LIMITS.records);
    expect(cache.has(text('genuine').name, TXT)).toBe(true);
    expect(cache.has(text('late').name, TXT)).toBe(true);
  });

  it('tells what was evicted', () => {
    cache = new RecordCache(() => 0.5, { ...DEFAULT_LIMITS, records: 1 });
    cache.put(text('a', 'k=v'), H1, 0);
    cache.put(text('b', 'k=v'), H1, 60_000);
    expect(takeKinds()).toEqual(['added TXT', 'expired TXT evicted', 'added TXT']);
  });

  it('does not count a record in the share of someone who only repeats it', () => {
    cache = new RecordCache(() => 0.5, { ...DEFAULT_LIMITS, records: 3 });
    cache.put(text('genuine', 'k=v'), H1, 0);
    cache.put(text('genuine', 'k=v'), flooder, 0);
    flood(10, (index) => text(`fake ${index}`, 'k=v'));
    cache.put(text('late', 'k=v'), flooder, 120_000);
    expect(cache.has(text('late').name, TXT)).toBe(true);
    expect(cache.has(text('genuine').name, TXT)).toBe(true);
  });

  it('keeps 256 TXT records over 1300 bytes; the source with the most pays (RFC 6763 6.2)', () => {
    const long = new Array<string>(36).fill('x'.repeat(240));
    flood(1_000, (index) => text(`long ${index}`, ...long));
    expect(cache.size).toBe(256);
    cache.put(text('genuine', ...long), H1, 2);
    expect(cache.size).toBe(256);
    expect(dataOf(text('genuine').name, TXT, 3)).toEqual([text('genuine', ...long).data]);
    flood(1_000, (index) => text(`short ${index}`, 'k=v'));
    expect(cache.size).toBe(1_256);
    cache.put(goodbye(text('genuine', ...long)), H1, 3);
    cache.advance(1_003);
    cache.put(text('late', ...long), flooder, 1_004);
    expect(cache.has(text('late').name, TXT)).toBe(true);
    cache.put(text('later', ...long), flooder, 1_004);
    expect(cache.has(text('later').name, TXT)).toBe(false);
  });

  it('takes a record that is withdrawn and rescued again and again without growing', () => {
    for (let at = 0; at < 20_000; at++) {
      cache.put(at % 2 === 0 ? address('10.0.0.1') : goodbye(address('10.0.0.1')), H1, at / 1000);
    }
    expect(cache.size).toBe(1);
    cache.takeEvents();
  });
});

describe('a flood of names from many addresses', () => {
  const SENDERS = 20;
  const NAMES_EACH = 5_000;

  it('is bounded over all of them, by each of them, and drives out nobody who was there before', () => {
    for (const record of [pointer('genuine'), service('genuine'), text('genuine', 'k=v'), address('10.0.0.1')])
      cache.put(record, H1, 0);
    cache.takeEvents();
    let largest = 0;
    for (let index = 0; index < NAMES_EACH; index++) {
      const now = 120_000 + index;
      for (let sender = 0; sender < SENDERS; sender++) {
        cache.put(pointer(`${sender}-${index}`), { ...H2, address: `10.0.1.${sender}` }, now);
      }
      cache.takeEvents();
      if (index % 1_000 === 0) {
        cache.put(service('genuine'), H1, now);
        cache.put(address('10.0.0.1'), H1, now);
      }
      largest = Math.max(largest, cache.size);
    }
    expect(largest).toBeLessThanOrEqual(DEFAULT_LIMITS.records);
    const now = 120_000 + NAMES_EACH;
    expect(cache.lookup(TYPE, PTR, now).length).toBeLessThanOrEqual(DEFAULT_LIMITS.instancesPerService);
    const names = cache
      .lookup(TYPE, PTR, now)
      .map(({ record: { data } }) => (data.type === 'PTR' ? data.target[0] : ''));
    expect(names).toContain('genuine');
    expect(dataOf(HOST, A, now)).toHaveLength(1);
    for (let sender = 0; sender < SENDERS; sender++) {
      const own = names.filter((name) => name?.startsWith(`${sender}-`));
      expect(own.length).toBeLessThanOrEqual(DEFAULT_LIMITS.instancesPerService / SENDERS + 1);
    }
  });

  it('of different kinds fills no more than the whole', () => {
    for (let index = 0; index < 2_000; index++) {
      for (let sender = 0; sender < SENDERS; sender++) {
        const from = { ...H2, address: `10.0.1.${sender}` };
        cache.put(service(`${sender}-${index}`, `${sender}-${index}.local`), from, index);
        cache.put(address('10.0.0.3', `${sender}-${index}.local`), from, index);
      }
      cache.takeEvents();
    }
    expect(cache.size).toBeGreaterThan(DEFAULT_LIMITS.records / 2);
    expect(cache.size).toBeLessThanOrEqual(DEFAULT_LIMITS.records);
  });
});

describe('the copy of another address family', () => {
  const H1_V6 = { ...H1, address: 'fe80::1%eth0', family: 'IPv6' as const };
  const own = (record: ResourceRecord): ResourceRecord => ({ ...record, flush: true });

  it('of what was said before a goodbye brings nothing back, a word after it does', () => {
    cache.put(own(text('a', 'green')), H1, 0);
    cache.put(own(text('a', 'green')), H1_V6, 1);
    cache.put(goodbye(text('a', 'green')), H1, 500);
    cache.takeEvents();
    cache.put(own(text('a', 'green')), H1_V6, 505);
    expect(takeKinds()).toEqual([]);
    cache.put(own(text('a', 'green')), H1_V6, 700);
    expect(takeKinds()).toEqual(['changed TXT']);
  });

  it('of what stood there before a change is not taken for a change back, and does not come back with the goodbye', () => {
    cache.put(own(text('a', 'green')), H1, 0);
    cache.put(own(text('a', 'blue')), H1, 100);
    cache.takeEvents();
    cache.put(own(text('a', 'green')), H1_V6, 105);
    cache.put(own(text('a', 'blue')), H1_V6, 106);
    expect(takeKinds()).toEqual(['refreshed TXT']);
    cache.put(goodbye(text('a', 'blue')), H1, 300);
    expect(takeKinds()).toEqual(['withdrawn TXT', 'withdrawn TXT']);
    cache.put(own(text('a', 'green')), H1_V6, 305);
    expect(takeKinds()).toEqual([]);
    expect(runTo(2_000)).toEqual(['1300 expired TXT goodbye', '1300 expired TXT goodbye']);
  });
});
