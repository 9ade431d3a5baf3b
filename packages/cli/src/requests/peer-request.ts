import type { PeerPlace } from '@mdns-ambassador/peers';
import { InvalidValue } from '../exit/cli-error.ts';
import { parsePeer } from '../parse/peer.ts';
import { parsePort } from '../parse/port.ts';
import type { Settings } from '../settings/settings.ts';

/** One is enough: peers tell of peers. */
const MAX_NAMED = 64;

/** What was said of peer links. */
export interface PeerRequest {
  readonly named: readonly PeerPlace[];
  /** `--peer-port`. */
  readonly port: number | undefined;
}

/** Throws a CliError that names the first wrong value. */
export function readPeerRequest(settings: Settings): PeerRequest {
  const named = settings.readEach('peer', parsePeer);
  settings.readTogether('peer', () => {
    if (named.length > MAX_NAMED) {
      throw new InvalidValue(`${named.length} peers are named; one is enough, ${MAX_NAMED} at most`);
    }
  });
  return { named, port: settings.read('peer-port', (text) => parsePort(text)) };
}
