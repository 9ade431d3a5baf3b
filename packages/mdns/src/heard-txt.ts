import type { Received } from './rules/machine.ts';
import { parseTxt, type Txt } from './txt.ts';

/** Of one packet: what an announcement has, and no more. */
const MAX_RECORDS = 64;

/** The TXT data that another host tells the link of; nothing of what it takes back (RFC 6762 10.1). */
export function listHeardTxt({ message, from }: Received): readonly Txt[] {
  if (message.kind !== 'response' || from.isThisHost) return [];
  return [...message.answers, ...message.additionals]
    .flatMap(({ data, ttl }) => (data.type === 'TXT' && ttl > 0 ? [data.strings] : []))
    .slice(0, MAX_RECORDS)
    .map(parseTxt);
}
