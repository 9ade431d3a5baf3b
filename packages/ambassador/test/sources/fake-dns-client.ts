import type { AddressRecord, DnsAnswer, DnsClient, SrvRecord } from '@mdns-ambassador/registries';
import { ManualClock } from '@mdns-ambassador/testkit';

/** A DNS client whose answers the test writes, by `TYPE name`; all else is NXDOMAIN for 1 h. */
export class FakeDnsClient implements DnsClient {
  readonly clock: ManualClock = new ManualClock();
  readonly answers = new Map<string, DnsAnswer>();
  readonly asked: string[] = [];

  async query({ name, type }: { readonly name: string; readonly type: string }): Promise<DnsAnswer> {
    this.asked.push(`${type} ${name}`);
    return this.answers.get(`${type} ${name}`) ?? { kind: 'no-name', ttlSeconds: 3_600 };
  }

  /** A (or AAAA) records; none is NODATA. */
  setAddresses(type: 'A' | 'AAAA', name: string, addresses: readonly string[], ttlSeconds = 60): void {
    const records = addresses.map((address): AddressRecord => ({ type, name, address, ttlSeconds }));
    this.#set(type, name, records, ttlSeconds);
  }

  /** `[priority, weight, port, target]` each. */
  setServices(name: string, services: readonly (readonly [number, number, number, string])[], ttlSeconds = 60): void {
    const records = services.map(([priority, weight, port, target]): SrvRecord => {
      return { type: 'SRV', name, ttlSeconds, priority, weight, port, target };
    });
    this.#set('SRV', name, records, ttlSeconds);
  }

  fail(type: string, name: string, reason = 'SERVFAIL'): void {
    this.answers.set(`${type} ${name}`, { kind: 'server-failed', reason });
  }

  #set(type: string, name: string, records: readonly (AddressRecord | SrvRecord)[], ttlSeconds: number): void {
    const answer: DnsAnswer =
      records.length === 0
        ? { kind: 'no-data', ttlSeconds }
        : { kind: 'found', records, additionals: [], ttlSeconds, leftOut: 0 };
    this.answers.set(`${type} ${name}`, answer);
  }
}
