import { isIP } from 'node:net';
import { InvalidValue } from '../../../exit/cli-error.ts';
import { parseHostPort } from '../../../parse/host-port.ts';

/** Where an ambassador listens for peers unless it was told otherwise (CONTRACT 4). */
const PEER_PORT = 5350;

/** The machine that is asked about. */
export interface Target {
  /** A name or a literal address; link-local IPv6 with its zone. */
  readonly host: string;
  /** Where its ambassador listens for peers. */
  readonly peerPort: number;
}

/** `anna.local`, `192.168.7.20`, `fe80::2%eth0`, each with a port behind it: `anna.local:5351`, `[fe80::2%eth0]:5351`. */
export function parseTarget(text: string): Target {
  if (isIP(text) === 6) return { host: checkZone(text), peerPort: PEER_PORT };
  const hasPort = /[^:]:\d+$/.test(text);
  const bare = /^\[([^\]]*)\]$/.exec(text)?.[1];
  if (bare !== undefined && isIP(bare) === 6) return parseTarget(bare);
  const { host, port } = parseHostPort(hasPort ? text : `${text}:${PEER_PORT}`, {
    example: 'anna.local or 192.168.7.20',
  });
  return { host: checkZone(host), peerPort: port };
}

/** The kernel does not know by which link one is meant. */
function checkZone(host: string): string {
  if (/^fe[89ab][0-9a-f]:/i.test(host) && !host.includes('%'))
    throw new InvalidValue(
      `"${host}" is another machine on each link; write its interface behind it, as in ${host}%eth0`,
    );
  return host;
}
