import { isHostLabel } from '@mdns-ambassador/mdns';
import { InvalidValue } from '../exit/cli-error.ts';

/** `web` or `web.local`: a host name's one label (RFC 1123 2.1), in lower case. */
export function parseAlias(text: string): string {
  const label = text.toLowerCase().replace(/\.local\.?$/, '');
  if (isHostLabel(label) && label !== 'localhost') return label;
  throw new InvalidValue(
    `"${text}" can't be a name in .local; write one word of a-z, 0-9 and -, such as web for web.local`,
  );
}
