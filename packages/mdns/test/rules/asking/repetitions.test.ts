import { seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';
import type { QuerierOptions } from '../../../src/rules/asking/querier.ts';
import type { Sender } from '../../../src/rules/machine.ts';
import type { Message } from '../../../src/wire/message.ts';
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

/** For how long a link remembers what it read. */
const REMEMBERED_MS = 2_000;
const RUNS = 160;
const PACKETS_OF_A_RUN = 120;

/** Hears each packet as its link would have it: what was heard a moment ago is marked, and the same object. */
class ListeningDriver extends QuerierDriver {
  readonly #heardAt = new Map<Message, Map<Sender, number>>();
  readonly #copies = new Map<Sender, Map<Message, Message>>();

  override hear(message: Message, from: Sender = H1): void {
    if (from.reply !== undefined) {
      this.receive({ message, from });
      return;
    }
    const times = this.#heardAt.get(message) ?? new Map<Sender, number>();
    this.#heardAt.set(message, times);
    const heardAt = times.get(from) ?? Number.NEGATIVE_INFINITY;
    times.set(from, this.now);
    const copies = this.#copies.get(from) ?? new Map<Message, Message>();
    this.#copies.set(from, copies);
    if (this.now - heardAt > REMEMBERED_MS) {
      copies.set(message, { ...message });
      this.receive({ message: copies.get(message) ?? message, from });
    } else this.receive({ message: copies.get(message) ?? message, from, isRepeated: true });
  }
}

function denial(host: string, ...types: number[]): ResourceRecord {
  const name = parseName(host);
  return { name, ttl: 120, flush: true, data: { type: 'NSEC', next: name, types } };
}

const { A, AAAA } = TYPE_CODES;
/** Everything that changes what a repetition does: two who share a host's name, moves, goodbyes, denials, short lives, shared sets. */
const MESSAGES: readonly Message[] = [
  fullAnswer(),
  fullAnswer('a', 'h1.local', '10.0.0.7'),
  fullAnswer('b', 'h1.local', '10.0.0.1'),
  fullAnswer('c', 'h2.local', '10.0.0.2'),
  responseOf(pointer('a')),
  responseOf(pointer('d')),
  responseOf(service('a', 'h2.local')),
  responseOf(service('a', 'h1.local', 6380)),
  responseOf(service('d', 'h3.local'), text('d')),
  responseOf(text('a', 'k=v')),
  responseOf(text('a', 'k=w')),
  responseOf(address('10.0.0.1')),
  responseOf(address('10.0.0.1'), address('10.0.0.7')),
  responseOf(address('10.0.0.1', 'h1.local', 4)),
  responseOf(address('fe80::1')),
  responseOf(address('10.0.0.3', 'h3.local')),
  responseOf(address('10.0.0.1'), denial('h1.local', A)),
  responseOf(denial('h1.local', AAAA)),
  responseOf(goodbye(pointer('a'))),
  responseOf(goodbye(service('a'))),
  responseOf(goodbye(address('10.0.0.1'))),
  responseOf(goodbye(pointer('b')), address('10.0.0.1')),
  queryOf('PTR _redis._tcp.local'),
  queryOf('A h1.local', 'SRV a._redis._tcp.local'),
];
const SENDERS: readonly Sender[] = [
  H1,
  H2,
  SELF,
  { ...H1, address: 'fe80::1%eth0', family: 'IPv6' },
  // To this host alone, believed after a question.
  { ...H2, reply: { to: 'link-local' } },
];
/** What is done between packets: somebody dials in vain, the machine wakes, browses begin and end. */
const TURNS: readonly ((driver: QuerierDriver) => void)[] = [
  (driver) => driver.querier.verify('_redis._tcp', 'a', driver.now),
  (driver) => driver.querier.verify('_redis._tcp', 'd', driver.now),
  (driver) => driver.querier.restart(driver.now),
  (driver) => driver.querier.stopBrowse('_redis._tcp', undefined),
  (driver) => driver.browse(),
  (driver) => driver.browse('_redis._tcp', 'main'),
  (driver) => driver.querier.stopBrowse('_redis._tcp', 'main'),
  (driver) => driver.querier.browseTypes(driver.now),
  (driver) => driver.querier.stopBrowseTypes(),
];
/** So few records that most have no room, or make room for others. */
const TIGHT = {
  records: 8,
  recordsPerSource: 5,
  instancesPerSource: 2,
  instancesPerService: 3,
  recordsPerSet: 2,
  largeRecords: 1,
};

/** One history, in which few packets come again and again: what follows of it with and without the memory of a link. */
function compare(seed: number, options: Partial<QuerierOptions>, turns: readonly ((driver: QuerierDriver) => void)[]) {
  const draw = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
  const messages = Array.from({ length: 4 }, () => pick(MESSAGES));
  const senders = Array.from({ length: 2 }, () => pick(SENDERS));
  const drivers = [new QuerierDriver(options), new ListeningDriver(options)];
  let now = 0;
  for (const driver of drivers) driver.browse();
  for (let packet = 0; packet < PACKETS_OF_A_RUN; packet++) {
    const [message, from] = [pick(messages), pick(senders)];
    const turn = turns.length > 0 && draw() < 0.1 ? pick(turns) : undefined;
    now += pick([0, 10, 90, 400, 900, 1_100, 1_500, draw() < 0.02 ? 60_000 : 50]);
    for (const driver of drivers) {
      driver.runTo(now);
      turn?.(driver);
      driver.hear(message, from);
    }
  }
  for (const driver of drivers) driver.runTo(now + 200_000);
  const [plain, listening] = drivers.map((driver) => ({
    events: driver.takeEvents(),
    questions: driver.takeQuestions(),
    records: driver.querier.cachedRecords,
    refused: driver.querier.refusedRecords,
  }));
  expect(listening).toEqual(plain);
  return plain;
}

const SEEDS = Array.from({ length: RUNS }, (_, index) => index + 1);

describe('a response that is heard again', () => {
  it.each(SEEDS)('does what it would do if it were read again, whatever was heard meanwhile (seed %i)', (seed) => {
    expect(compare(seed, {}, [])?.questions.length).toBeGreaterThan(0);
  });

  it.each(SEEDS)('and whatever was asked, doubted, browsed or given up meanwhile (seed %i)', (seed) => {
    compare(1_000 + seed, {}, TURNS);
  });

  it.each(SEEDS)('and whatever found no room, or made room for others (seed %i)', (seed) => {
    compare(2_000 + seed, { limits: TIGHT }, TURNS);
  });
});
