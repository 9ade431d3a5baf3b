import { PEER_PORT, type PeerPlace } from '@mdns-ambassador/peers';
import { parseHost } from './host-port.ts';

const REFUSAL = 'is no peer; write HOST or HOST:PORT, such as 10.0.0.5, laptop.example:5351 or [fd00::5]';

/** `10.0.0.5`, `laptop.example:5351`, `[fd00::5]`, `[fe80::5%eth0]:5350`; without a port the one that peers listen at. */
export function parsePeer(text: string): PeerPlace {
  return parseHost(text, PEER_PORT, REFUSAL);
}
