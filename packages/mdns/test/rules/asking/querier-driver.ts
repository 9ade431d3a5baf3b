import { expect } from 'vitest';
import { Querier, type QuerierOptions } from '../../../src/rules/asking/querier.ts';
import type { QuerierEvent } from '../../../src/rules/asking/querier-event.ts';
import type { Received, Sender } from '../../../src/rules/machine.ts';
import type { Message } from '../../../src/wire/message.ts';
import { formatName, parseName } from '../../../src/wire/name.ts';
import { type ResourceRecord, TYPE_CODES } from '../../../src/wire/record.ts';
import { asciiBytes } from '../../wire/hex.ts';
import { EMPTY_QUERY, response } from '../../wire/messages.ts';

export const H1: Sender = { address: '10.0.0.1', port: 5353, family: 'IPv4', isThisHost: false };
export const H2: Sender = { address: '10.0.0.2', port: 5353, family: 'IPv4', isThisHost: false };
export const SELF: Sender = { address: '10.0.0.9', port: 5353, family: 'IPv4', isThisHost: true };

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE_CODES).map(([name, code]) => [code, name]));

export function pointer(instance: string, type = '_redis._tcp.local', ttl = 4500): ResourceRecord {
  const target = [instance, ...parseName(type).slice(-3)];
  return { name: parseName(type), ttl, flush: false, data: { type: 'PTR', target } };
}

export function service(instance: string, host = 'h1.local', port = 6379, ttl = 120): ResourceRecord {
  const data = { type: 'SRV', priority: 0, weight: 0, port, target: parseName(host) } as const;
  return { name: [instance, '_redis', '_tcp', 'local'], ttl, flush: true, data };
}

export function text(instance: string, ...strings: string[]): ResourceRecord {
  const data = { type: 'TXT', strings: strings.map(asciiBytes) } as const;
  return { name: [instance, '_redis', '_tcp', 'local'], ttl: 4500, flush: true, data };
}

export function address(literal: string, host = 'h1.local', ttl = 120): ResourceRecord {
  const type = literal.includes(':') ? 'AAAA' : 'A';
  return { name: parseName(host), ttl, flush: true, data: { type, address: literal } };
}

/** The same record, withdrawn (RFC 6762 10.1). */
export function goodbye(record: ResourceRecord): ResourceRecord {
  return { ...record, ttl: 0 };
}

/** All that a good responder says of one instance. */
export function fullAnswer(instance = 'a', host = 'h1.local', ip = '10.0.0.1'): Message {
  const additionals = [service(instance, host), text(instance, 'k=v'), address(ip, host)];
  return response([pointer(instance)], { additionals });
}

export function responseOf(...answers: ResourceRecord[]): Message {
  return response(answers);
}

/** `PTR _redis._tcp.local` */
export function queryOf(...questions: string[]): Message {
  return {
    ...EMPTY_QUERY,
    questions: questions.map((question) => {
      const [type = '', ...name] = question.split(' ');
      return { name: parseName(name.join(' ')), type: TYPE_CODES[type as keyof typeof TYPE_CODES], unicast: false };
    }),
  };
}

/** Runs a querier in virtual time, `advance` at each of its deadlines. */
export class QuerierDriver {
  readonly querier: Querier;
  readonly sent: { readonly at: number; readonly message: Message }[] = [];
  readonly events: { readonly at: number; readonly event: QuerierEvent }[] = [];
  now = 0;

  constructor(options: Partial<QuerierOptions> = {}) {
    this.querier = new Querier({ random: () => 0.5, ...options });
  }

  browse(type = '_redis._tcp', subtype?: string): void {
    this.querier.browse(type, subtype, this.now);
    this.#collect();
  }

  hear(message: Message, from: Sender = H1): void {
    this.receive({ message, from });
  }

  receive(packet: Received): void {
    const deadline = this.querier.nextDeadline();
    if (!this.querier.receive(packet, this.now)) {
      expect(this.querier.hasEvents).toBe(false);
      expect(this.querier.nextDeadline()).toBeGreaterThanOrEqual(deadline);
    }
    this.#collect();
  }

  /** Lets time pass until `time`. */
  runTo(time: number): void {
    for (let steps = 0; this.querier.nextDeadline() <= time; steps++) {
      if (steps > 100_000) throw new Error('the querier never comes to rest');
      this.now = Math.max(this.now, this.querier.nextDeadline());
      for (const { message } of this.querier.advance(this.now)) this.sent.push({ at: this.now, message });
      this.#collect();
    }
    this.now = time;
  }

  /** What was asked, when: `70 PTR _redis._tcp.local`. Forgets it. */
  takeQuestions(): readonly string[] {
    const questions = this.sent.flatMap(({ at, message }) =>
      message.questions.map(({ name, type }) => `${at} ${TYPE_NAMES.get(type) ?? type} ${formatName(name)}`),
    );
    this.sent.length = 0;
    return questions;
  }

  /** `120 resolved a 10.0.0.1:6379` or `1120 lost a goodbye`. Forgets it. */
  takeEvents(): readonly string[] {
    const events = this.events.map(({ at, event }) => `${at} ${describe(event)}`);
    this.events.length = 0;
    return events;
  }

  #collect(): void {
    for (const event of this.querier.takeEvents()) this.events.push({ at: this.now, event });
  }
}

function describe(event: QuerierEvent): string {
  switch (event.kind) {
    case 'type-found':
      return `type-found ${event.type}`;
    case 'lost':
      return `lost ${event.view.name} ${event.reason}`;
    case 'resolved':
    case 'changed': {
      const { name, addresses, port, isLeaving } = event.view;
      const place = `${addresses.map((entry) => entry.address).join(',')}:${port}`;
      return `${isLeaving ? 'leaving' : event.kind} ${name} ${place}`;
    }
    default:
      return event satisfies never;
  }
}
