import { domainKey } from './domain-name.ts';
import type { DnsResponse } from './message.ts';
import type { AddressRecord, AliasRecord, DnsQuestion, DnsRecord, SrvRecord } from './record.ts';

/** What became of one question. The first three are the server's word; the last two say nothing about the name. */
export type DnsAnswer =
  | {
      readonly kind: 'found';
      /** Of the type that was asked for, own TTLs, aliases followed; at least one. */
      readonly records: readonly (AddressRecord | SrvRecord)[];
      /** Addresses that came along. */
      readonly additionals: readonly AddressRecord[];
      /** The shortest of the records' and of the aliases' that led to them. */
      readonly ttlSeconds: number;
      /** Records beyond {@link MAX_RECORDS}. */
      readonly leftOut: number;
    }
  /** The name exists and has no such record (NODATA). */
  | { readonly kind: 'no-data'; readonly ttlSeconds: number | undefined }
  /** NXDOMAIN */
  | { readonly kind: 'no-name'; readonly ttlSeconds: number | undefined }
  /** SERVFAIL, REFUSED and the like, from every server that was asked. */
  | { readonly kind: 'server-failed'; readonly reason: string }
  /** Nobody answered in time. */
  | { readonly kind: 'unanswered'; readonly reason: string };

/** What one response says: an answer, or that an alias leads out of it. */
export type ResponseReading =
  | Extract<DnsAnswer, { readonly kind: 'found' | 'no-data' | 'no-name' }>
  | { readonly kind: 'alias'; readonly name: string; readonly ttlSeconds: number }
  | { readonly kind: 'server-failed'; readonly reason: string };

/** Aliases followed for one question; more is a loop or a prank. */
export const MAX_ALIASES = 8;
/** Records taken from one response. */
export const MAX_RECORDS = 256;

/** Reads a response to `question`. Records that belong to other names are not looked at. */
export function readResponse(response: DnsResponse, question: DnsQuestion): ResponseReading {
  if (response.code !== 'NOERROR' && response.code !== 'NXDOMAIN') {
    return { kind: 'server-failed', reason: response.code };
  }
  if (response.code === 'NXDOMAIN') return { kind: 'no-name', ttlSeconds: response.negativeTtlSeconds };
  if (response.isReferral) return { kind: 'server-failed', reason: 'ask somebody else' };
  let name = domainKey(question.name);
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const all = response.answers.filter((record) => isAnswer(record, name, question));
    const records = all.slice(0, MAX_RECORDS);
    if (records.length > 0) {
      ttlSeconds = records.reduce((shortest, record) => Math.min(shortest, record.ttlSeconds), ttlSeconds);
      const leftOut = all.length - records.length;
      return { kind: 'found', records, additionals: response.additionals.filter(isAddress), ttlSeconds, leftOut };
    }
    const alias = response.answers.find((record) => isAliasOf(record, name));
    if (alias === undefined) break;
    name = alias.target;
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds);
  }
  // RFC 2308 2.2: with an SOA it is the server's word that the chain ends without data.
  if (Number.isFinite(ttlSeconds) && response.negativeTtlSeconds === undefined) {
    return { kind: 'alias', name, ttlSeconds };
  }
  return { kind: 'no-data', ttlSeconds: response.negativeTtlSeconds };
}

function isAnswer(record: DnsRecord, name: string, question: DnsQuestion): record is AddressRecord | SrvRecord {
  return record.type === question.type && record.name === name;
}

function isAliasOf(record: DnsRecord, name: string): record is AliasRecord {
  return record.type === 'CNAME' && record.name === name;
}

function isAddress(record: DnsRecord): record is AddressRecord {
  return record.type === 'A' || record.type === 'AAAA';
}
