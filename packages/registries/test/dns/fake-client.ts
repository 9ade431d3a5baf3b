import { ManualClock } from '@mdns-ambassador/testkit';
import type { DnsAnswer } from '../../src/dns/answer.ts';
import type { DnsClient } from '../../src/dns/client.ts';
import type { AddressRecord, SrvRecord } from '../../src/dns/record.ts';

export const NAME = '_redis._tcp.test';
export const NEVER: AbortSignal = new AbortController().signal;
export const NO_NAME: DnsAnswer = { kind: 'no-name', ttlSeconds: 5 };
export const NO_DATA: DnsAnswer = { kind: 'no-data', ttlSeconds: undefined };
export const SERVFAIL: DnsAnswer = { kind: 'server-failed', reason: 'SERVFAIL' };

export function srv(priority: number, weight: number, port: number, target: string, ttlSeconds = 60): SrvRecord {
  return { type: 'SRV', name: NAME, ttlSeconds, priority, weight, port, target };
}

export function address(name: string, literal: string, ttlSeconds = 60): AddressRecord {
  return { type: literal.includes(':') ? 'AAAA' : 'A', name, ttlSeconds, address: literal };
}

export function found(
  records: readonly (SrvRecord | AddressRecord)[],
  additionals: readonly AddressRecord[] = [],
): DnsAnswer {
  const ttlSeconds = Math.min(...records.map((record) => record.ttlSeconds));
  return { kind: 'found', records, additionals, ttlSeconds, leftOut: 0 };
}

/** By `TYPE name`; all else has no data. */
export function createClient(answers: Readonly<Record<string, DnsAnswer>>) {
  const asked: string[] = [];
  const load = { now: 0, most: 0 };
  const clock = new ManualClock();
  const client: DnsClient = {
    clock,
    query: async ({ name, type }) => {
      asked.push(`${type} ${name}`);
      load.now += 1;
      load.most = Math.max(load.most, load.now);
      await new Promise((resolve) => setImmediate(resolve));
      load.now -= 1;
      return answers[`${type} ${name}`] ?? NO_DATA;
    },
  };
  return { client, clock, asked, load };
}
