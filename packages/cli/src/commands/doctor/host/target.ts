import { isIP } from 'node:net';
import type { PeerPlace } from '@mdns-ambassador/peers';
import { InvalidValue } from '../../../exit/cli-error.ts';
import { parsePeer } from '../../../parse/peer.ts';

/** The machine that is asked about, and where its ambassador listens for peers. As {@link parsePeer}, IPv6 without brackets too; a link-local address has its zone. */
export function parseTarget(text: string): PeerPlace {
  const { host, port } = parsePeer(isIP(text) === 6 ? `[${text}]` : text);
  // The kernel does not know by which link one is meant.
  if (/^fe[89ab][0-9a-f]:/i.test(host) && !host.includes('%'))
    throw new InvalidValue(
      `"${host}" is another machine on each link; write its interface behind it, as in ${host}%eth0`,
    );
  return { host, port };
}
