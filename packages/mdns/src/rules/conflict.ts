import { type ResourceRecord, typeCode } from '../wire/record.ts';
import type { Registration } from './registration.ts';

/**
 * Whether a record that was heard in a response speaks against our claim to its name. While we probe, any other record does: the
 * name is taken (RFC 6762 8.1). Later only other data of a type that we have does (9). What is ours, was ours a moment ago, or is
 * being withdrawn does not, nor does a denial.
 */
export function isConflict(registration: Registration, record: ResourceRecord, now: number): boolean {
  if (record.ttl === 0 || record.data.type === 'NSEC') return false;
  if (registration.probe.insists || registration.isOwn(record, now)) return false;
  const { kind } = registration.probe.state;
  switch (kind) {
    case 'probing':
    case 'deferring':
      return true;
    case 'claimed':
      return registration.hasType(typeCode(record.data));
    // RFC 6762 8.1: what is heard before the first probe may answer something that is long over.
    case 'waiting':
    case 'lost':
      return false;
    default:
      return kind satisfies never;
  }
}
