import { isIP } from 'node:net';
import { type Place, splitPlace } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { parsePort } from './port.ts';

/** `10.0.0.5:6379`, `[fe80::1%eth0]:6379`, `db.example:6379`. */
export function parseHostPort(
  text: string,
  options: { readonly ephemeral?: boolean; readonly example?: string } = {},
): Place {
  const written = splitPlace(text);
  if (written?.port === undefined) {
    const hint = isIP(text) === 6 ? `[${text}]:6379` : (options.example ?? '10.0.0.5:6379 or [::1]:6379');
    throw new InvalidValue(`"${text}" is no address with a port; write ADDRESS:PORT, such as ${hint}`);
  }
  const { host, port, isHostGood } = written;
  if (!isHostGood) throw new InvalidValue(`"${host}" in "${text}" is no address; write an IP address or a host name`);
  return { host, port: parsePort(port, { ...options, whole: text }) };
}

/** HOST or HOST:PORT, with the usual port where none is written. `refusal` stands behind a text that is neither. */
export function parseHost(text: string, usualPort: number, refusal: string): Place {
  const written = splitPlace(text);
  if (written?.isHostGood !== true) throw new InvalidValue(`"${text}" ${refusal}`);
  const { host, port } = written;
  return { host, port: port === undefined ? usualPort : parsePort(port, { whole: text }) };
}
