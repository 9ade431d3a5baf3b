import { FAILURE_REASONS, type ProxyEvent } from '@mdns-ambassador/ambassador';
import { LOCAL_NETWORK_REMEDY } from './network-lines.ts';
import { lowerFirst } from './phrases.ts';

/** Says what else an event may mean, or nothing. */
export type HintAt = (event: ProxyEvent) => string | undefined;

/**
 * On macOS a dial that finds no route (EHOSTUNREACH) may be one that the user has not allowed: said once, with the first. A machine that
 * is off is EHOSTDOWN there.
 */
export function createLocalNetworkHint(platform: NodeJS.Platform): HintAt {
  let isOpen = platform === 'darwin';
  return (event) => {
    if (!isOpen || event.kind !== 'endpoint-state' || event.state !== 'ejected') return undefined;
    if (event.reason !== FAILURE_REASONS.unreachable) return undefined;
    isOpen = false;
    return `if others reach it, macOS does not let this program use the local network: ${lowerFirst(LOCAL_NETWORK_REMEDY.slice(0, -1))}`;
  };
}
