import { isServiceName } from '@mdns-ambassador/mdns';
import { InvalidValue } from '../exit/cli-error.ts';

/** A service name: 1-15 of a-z 0-9 -, a letter among them, no hyphen at an end or beside another (RFC 6335 5.1, RFC 6763 7.2). */
export function parseServiceName(text: string): string {
  const name = text.toLowerCase();
  if (/^\d+$/.test(text)) {
    throw new InvalidValue(`"${text}" is no service name; a port stands behind one, such as redis:${text}`);
  }
  if (!isServiceName(name)) {
    throw new InvalidValue(
      `"${text}" is no service name; write 1 to 15 letters, digits and single hyphens with at least one letter, such as redis or my-api`,
    );
  }
  return name;
}
