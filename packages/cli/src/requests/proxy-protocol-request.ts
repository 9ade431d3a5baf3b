import type { Settings } from '../settings/settings.ts';
import { readCidrs } from './cidrs.ts';

/** What is said of clients in front of the bytes; absent: nothing. */
export interface ProxyProtocolRequest {
  /** Ranges of fronts that say who the client is. */
  readonly acceptProxy?: readonly string[];
  /** Say so to the service. */
  readonly sendProxy?: true;
}

/** `--accept-proxy`, `--send-proxy` */
export function readProxyProtocol(settings: Settings): ProxyProtocolRequest {
  const acceptProxy = readCidrs(settings, 'accept-proxy').map(({ text }) => text);
  return {
    ...(acceptProxy.length === 0 ? {} : { acceptProxy }),
    ...(settings.isSet('send-proxy') ? { sendProxy: true } : {}),
  };
}
