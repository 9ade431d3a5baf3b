import { isIPv4 } from 'node:net';
import type { DnsAnswer } from './answer.ts';
import type { DnsClient } from './client.ts';
import type { DnsQuestion } from './record.ts';

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
      /** Addresses beyond {@link MAX_ADDRESSES}. */
      readonly leftOut: number;
    }
  | Absent
  | Failed;

/** Addresses of one name that are looked at. */
const MAX_ADDRESSES = 256;
/** A resolver that has to ask others for the second family may take a moment longer (RFC 8305 3 waits 50 ms before it dials). */
const GRACE_MS = 500;

/**
 * Asks for A and AAAA at once. Never rejects. Once one has brought addresses, the other has {@link GRACE_MS} left: a server that
 * never answers AAAA keeps nobody waiting.
 */
export async function lookUpAddresses(client: DnsClient, name: string, signal: AbortSignal): Promise<AddressAnswer> {
  const patience = new AbortController();
  const giveUp = (): void => patience.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  let cancelGrace = (): void => undefined;
  const ask = async (type: 'A' | 'AAAA'): Promise<DnsAnswer> => {
    const answer = await client.query({ name, type }, patience.signal);
    cancelGrace();
    if (answer.kind === 'found')
      cancelGrace = client.clock.after(GRACE_MS, () => patience.abort(new Error('too late')));
    return answer;
  };
  const answers = await Promise.all([ask('A'), ask('AAAA')]);
  cancelGrace();
  signal.removeEventListener('abort', giveUp);
  return joinFamilies(answers);
}

/** Asks for what is good to have besides what is known, for {@link GRACE_MS} at most. */
export async function askInTime(client: DnsClient, question: DnsQuestion, signal: AbortSignal): Promise<DnsAnswer> {
  const patience = new AbortController();
  const giveUp = (): void => patience.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  const cancelGrace = client.clock.after(GRACE_MS, () => patience.abort(new Error('too late')));
  const answer = await client.query(question, patience.signal);
  cancelGrace();
  signal.removeEventListener('abort', giveUp);
  return answer;
}

/** What the answers for A and for AAAA say together. */
export function joinFamilies([v4, v6]: readonly [DnsAnswer, DnsAnswer]): AddressAnswer {
  const found = [...new Set([...listAddresses(v4), ...listAddresses(v6)])];
  const failure = describeFailure(v4) ?? describeFailure(v6);
  if (found.length > 0) {
    const addresses = found.slice(0, MAX_ADDRESSES);
    const leftOut = [v4, v6].reduce((sum, answer) => sum + (answer.kind === 'found' ? answer.leftOut : 0), 0);
    return {
      kind: 'found',
      addresses,
      ttlSeconds: Math.min(...[v4, v6].map((answer) => (answer.kind === 'found' ? answer.ttlSeconds : Infinity))),
      unknownFamily: failure === undefined ? undefined : found.every((address) => isIPv4(address)) ? 6 : 4,
      leftOut: leftOut + found.length - addresses.length,
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
