import { seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';
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
const RUNS = 60;
const PACKETS_OF_A_RUN = 120;

/** Hears each packet as its link would have it: what was heard a moment ago is marked, and the same object. */
class ListeningDriver extends QuerierDriver {
  readonly #heardAt = new Map<Message, Map<Sender, number>>();
  readonly #copies = new Map<Sender, Map<Message, Message>>();

  override hear(message: Message, from: Sender = H1): void {
    const times = this.#heardAt.get(message) ?? new Map<Sender, number>();
    this.#heardAt.set(message, times);
    const heardAt = times.get(from) ?? Number.NEGATIVE_INFINITY;
    const copies = this.#copies.get(from) ?? new Map<Message, Message>();
    this.#copies.set(from, copies);
    if (this.now - heardAt > REMEMBERED_MS) {
      times.set(from, this.now);
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
const SENDERS = [H1, H2, SELF, { ...H1, address: 'fe80::1%eth0', family: 'IPv6' as const }];

describe('a response that is heard again', () => {
  it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
    'does what it would do if it were read again, whatever was heard meanwhile (seed %i)',
    (seed) => {
      const draw = seededRandom(seed);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
      // Few of each, so that most are heard again and again.
      const messages = Array.from({ length: 4 }, () => pick(MESSAGES));
      const senders = Array.from({ length: 2 }, () => pick(SENDERS));
      const drivers = [new QuerierDriver(), new ListeningDriver()];
      let now = 0;
      for (const driver of drivers) driver.browse();
      for (let packet = 0; packet < PACKETS_OF_A_RUN; packet++) {
        const [message, from] = [pick(messages), pick(senders)];
        now += pick([0, 10, 90, 400, 900, 1_100, 1_500, draw() < 0.02 ? 60_000 : 50]);
        for (const driver of drivers) {
          driver.runTo(now);
          driver.hear(message, from);
        }
      }
      for (const driver of drivers) driver.runTo(now + 200_000);
      const [plain, listening] = drivers.map((driver) => ({
        events: driver.takeEvents(),
        questions: driver.takeQuestions(),
        records: driver.querier.cachedRecords,
      }));
      expect(listening).toEqual(plain);
      expect(plain?.questions.length).toBeGreaterThan(0);
    },
  );
});
