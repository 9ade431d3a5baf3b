import type { Message } from '../../wire/message.ts';
import { isSameName } from '../../wire/name.ts';
import { type ResourceRecord, typeCode } from '../../wire/record.ts';
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

/** A twin that says something else for as long as it lives is another owner after so many claims. */
const MAX_CONTESTS = 2;

/**
 * Whether TXT data that speak against a claim are those of our own former life, such as `st=drain`, told by somebody's cache: the same
 * message has the name lead to our own host and port.
 */
export function isFormerText(
  registration: Registration,
  { name, data }: ResourceRecord,
  { answers, additionals }: Message,
  now: number,
): boolean {
  if (data.type !== 'TXT' || registration.isClaimed || registration.contests >= MAX_CONTESTS) return false;
  return [...answers, ...additionals].some(
    (other) => other.data.type === 'SRV' && isSameName(other.name, name) && registration.isOwn(other, now),
  );
}
