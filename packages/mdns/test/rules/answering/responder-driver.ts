import { expect } from 'vitest';
import type { ServiceOptions } from '../../../src/publication.ts';
import { Responder } from '../../../src/rules/answering/responder.ts';
import type { Received, Sender, Transmit } from '../../../src/rules/machine.ts';
import type { Message, Question } from '../../../src/wire/message.ts';
import { type Name, parseName } from '../../../src/wire/name.ts';
import type { RecordData, ResourceRecord } from '../../../src/wire/record.ts';
import { EMPTY_QUERY } from '../../wire/messages.ts';

/** Something that was sent, and when. */
export interface Sent {
  readonly at: number;
  readonly transmit: Transmit;
}

export const PEER: Sender = { address: '10.0.0.2', port: 5353, family: 'IPv4', isThisHost: false };
export const LOOPED: Sender = { address: '10.0.0.1', port: 5353, family: 'IPv4', isThisHost: true };
export const HOST: Name = ['h1-abcd', 'local'];
export const REDIS: ServiceOptions = { name: 'redis on h1', type: '_redis._tcp', port: 12345 };
export const REDIS_NAME: Name = ['redis on h1', '_redis', '_tcp', 'local'];
export const REDIS_TYPE: Name = ['_redis', '_tcp', 'local'];
export const ENUMERATION: Name = ['_services', '_dns-sd', '_udp', 'local'];

export function query(questions: readonly Question[], rest: Partial<Message> = {}): Message {
  return { ...EMPTY_QUERY, questions, ...rest };
}

export function ask(name: Name, type: number, unicast = false): Question {
  return { name, type, unicast };
}

export function record(name: Name, data: RecordData, ttl = 120, flush = false): ResourceRecord {
  return { name, ttl, flush, data };
}

/** The SRV record of another host's service of the same name. */
export function foreignSrv(name: Name = REDIS_NAME): ResourceRecord {
  return record(name, { type: 'SRV', priority: 0, weight: 0, port: 6379, target: parseName('h2.local') }, 120, true);
}

/** Runs a responder in virtual time, `advance` at each of its deadlines. */
export class Driver {
  readonly responder: Responder;
  readonly sent: Sent[] = [];
  now = 0;

  /** `random` is what every draw gives. Without addresses: one of each family. */
  constructor(
    options: { random?: number | (() => number); addresses?: readonly string[]; elsewhere?: readonly string[] } = {},
  ) {
    const { random = 0, addresses = ['10.0.0.1', 'fe80::1'], elsewhere = [] } = options;
    const draw = typeof random === 'function' ? random : () => random;
    this.responder = new Responder(draw, { label: 'h1-abcd', addresses, elsewhere }, 0);
  }

  /** With redis announced on the link, a minute ago. */
  static settled(options: ConstructorParameters<typeof Driver>[0] = {}, service: ServiceOptions = REDIS): Driver {
    const driver = new Driver(options);
    driver.responder.publish('redis', service, 0, { announce: true });
    driver.run(60_000);
    driver.forget();
    return driver;
  }

  /** Advances to this time. */
  run(until: number): readonly Sent[] {
    const start = this.sent.length;
    for (let rounds = 0; this.responder.nextDeadline() <= until; rounds++) {
      if (rounds > 10_000) throw new Error('The responder never rests.');
      this.now = Math.max(this.now, this.responder.nextDeadline());
      for (const transmit of this.responder.advance(this.now)) this.sent.push({ at: this.now, transmit });
    }
    this.now = until;
    return this.sent.slice(start);
  }

  runFor(duration: number): readonly Sent[] {
    return this.run(this.now + duration);
  }

  receive(message: Message, from: Sender = PEER): void {
    const packet: Received = { message, from };
    const deadline = this.responder.nextDeadline();
    if (!this.responder.receive(packet, this.now))
      expect(this.responder.nextDeadline()).toBeGreaterThanOrEqual(deadline);
  }

  /** Receives, and returns what is sent in the next two seconds. */
  exchange(message: Message, from: Sender = PEER, duration = 2_000): readonly Sent[] {
    this.receive(message, from);
    return this.runFor(duration);
  }

  forget(): void {
    this.sent.length = 0;
    this.responder.takeEvents();
  }
}

export function answersOf(sent: readonly Sent[]): readonly ResourceRecord[] {
  return sent.flatMap(({ transmit }) => (transmit.message.kind === 'response' ? transmit.message.answers : []));
}

export function additionalsOf(sent: readonly Sent[]): readonly ResourceRecord[] {
  return sent.flatMap(({ transmit }) => transmit.message.additionals);
}

export function probesOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ transmit }) => transmit.message.kind === 'query');
}

export function responsesOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ transmit }) => transmit.message.kind === 'response');
}

/** `SRV`, `PTR`, … of records. */
export function typesOf(records: readonly ResourceRecord[]): readonly string[] {
  return records.map(({ data }) => data.type);
}
