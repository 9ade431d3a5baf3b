import { PEER_PORT, type PeerPlace } from '@mdns-ambassador/peers';
import { splitPlace } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { parsePort } from './port.ts';

/** `10.0.0.5`, `laptop.example:5351`, `[fd00::5]`, `[fe80::5%eth0]:5350`; without a port the one that peers listen at. */
export function parsePeer(text: string): PeerPlace {
  const written = splitPlace(text);
  if (written?.isHostGood !== true) {
    throw new InvalidValue(
      `"${text}" is no peer; write HOST or HOST:PORT, such as 10.0.0.5, laptop.example:5351 or [fd00::5]`,
    );
  }
  return {
    host: written.host,
    port: written.port === undefined ? PEER_PORT : parsePort(written.port, { whole: text }),
  };
}
