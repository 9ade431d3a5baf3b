import { encodeRdata } from '../../wire/encode.ts';
import { type ResourceRecord, typeCode } from '../../wire/record.ts';

/** A record as the comparison sees it: type and canonical rdata. The class is IN for all that the decoder lets through. */
interface Comparable {
  readonly type: number;
  readonly rdata: Uint8Array;
}

/**
 * Compares the proposed records of two hosts that probe for one name at the same time (RFC 6762 8.2, 8.2.1): sorted, then pair by
 * pair, by type, then by the raw unsigned bytes of the rdata; a set that goes on where the other ends is later. Positive when
 * `a` is lexicographically later and wins, negative when it loses, 0 when both propose the same.
 */
export function compareProposals(a: readonly ResourceRecord[], b: readonly ResourceRecord[]): number {
  const left = sortProposal(a);
  const right = sortProposal(b);
  for (const [at, record] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = compareRecords(record, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function sortProposal(records: readonly ResourceRecord[]): readonly Comparable[] {
  return records
    .map((record) => ({ type: typeCode(record.data), rdata: encodeRdata(record.data) }))
    .sort(compareRecords);
}

function compareRecords(a: Comparable, b: Comparable): number {
  if (a.type !== b.type) return a.type - b.type;
  const shared = Math.min(a.rdata.length, b.rdata.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a.rdata[at] ?? 0) - (b.rdata[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.rdata.length - b.rdata.length;
}
