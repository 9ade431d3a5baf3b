import { isIPv4 } from 'node:net';
import type { DnsAnswer } from './answer.ts';
import type { DnsClient } from './client.ts';

/** What became of a look for something that may change. */
export type Absent = {
  readonly kind: 'absent';
  /** `no-name`: NXDOMAIN; `no-data`: the name has none; `not-offered`: an SRV record says so (RFC 2782, target "."). */
  readonly how: 'no-name' | 'no-data' | 'not-offered';
  readonly ttlSeconds: number | undefined;
};
/** It could not be learnt; what was known before may still hold. `reason` is for people. */
export type Failed = { readonly kind: 'failed'; readonly reason: string };

/** The addresses of one name. */
export type AddressAnswer =
  | {
      readonly kind: 'found';
      /** Literals, IPv4 first, {@link MAX_ADDRESSES} at most. */
      readonly addresses: readonly string[];
      readonly ttlSeconds: number;
      /** The family of which nothing could be learnt. */
      readonly unknownFamily: 4 | 6 | undefined;
    }
  | Absent
  | Failed;

/** Addresses of one name that are looked at. */
const MAX_ADDRESSES = 256;

/** Asks for A and AAAA at once. Never rejects. */
export async function lookUpAddresses(client: DnsClient, name: string, signal: AbortSignal): Promise<AddressAnswer> {
  const [v4, v6] = await Promise.all([
    client.query({ name, type: 'A' }, signal),
    client.query({ name, type: 'AAAA' }, signal),
  ]);
  const found = [...listAddresses(v4), ...listAddresses(v6)];
  const failure = describeFailure(v4) ?? describeFailure(v6);
  if (found.length > 0) {
    return {
      kind: 'found',
      addresses: [...new Set(found)].slice(0, MAX_ADDRESSES),
      ttlSeconds: Math.min(...[v4, v6].map((answer) => (answer.kind === 'found' ? answer.ttlSeconds : Infinity))),
      unknownFamily: failure === undefined ? undefined : found.every((address) => isIPv4(address)) ? 6 : 4,
    };
  }
  if (failure !== undefined) return { kind: 'failed', reason: failure };
  return describeAbsence(v4.kind === 'no-name' ? v4 : v6);
}

/** Why nothing was learnt; undefined where the server gave its word. */
export function describeFailure(answer: DnsAnswer): string | undefined {
  return answer.kind === 'server-failed' || answer.kind === 'unanswered' ? answer.reason : undefined;
}

export function describeAbsence(answer: DnsAnswer): Absent {
  return {
    kind: 'absent',
    how: answer.kind === 'no-name' ? 'no-name' : 'no-data',
    ttlSeconds: answer.kind === 'no-name' || answer.kind === 'no-data' ? answer.ttlSeconds : undefined,
  };
}

function listAddresses(answer: DnsAnswer): readonly string[] {
  if (answer.kind !== 'found') return [];
  return answer.records.flatMap((record) => (record.type === 'SRV' ? [] : [record.address]));
}
