import { Buffer } from 'node:buffer';
import { InvalidValue } from '../exit/cli-error.ts';

/** One DNS label (RFC 6763 4.1.1). */
const LONGEST_LABEL = 63;

/** The name of an instance: any text of 1-63 bytes of UTF-8 without control characters. */
export function parseInstanceName(text: string): string {
  const bytes = Buffer.byteLength(text);
  if (text.trim() === '')
    throw new InvalidValue('the name is empty; write a name that people recognise, such as "redis on h1"');
  if (/\p{Cc}/u.test(text)) throw new InvalidValue('the name has a control character in it; write plain text');
  if (bytes > LONGEST_LABEL) throw new InvalidValue(`"${text}" has ${bytes} bytes; shorten it to ${LONGEST_LABEL}`);
  return text;
}

/** The default name, `redis on h1`: the service and the first label of the machine's host name. */
export function nameInstance(service: string, hostName: string): string {
  return `${service} on ${hostName.split('.')[0] || 'this machine'}`;
}
