import { platform } from 'node:os';
import type { ListenPlace } from '@mdns-ambassador/relay';
import { AmbassadorError } from './ambassador-error.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { Source } from './sources/source.ts';
import { findWellKnownPort } from './well-known-ports.ts';

/**
 * A service to proxy: its name, and what is to be otherwise than this: it listens on the loopback addresses and is found over mDNS;
 * `union`, `p2c`, 10 s to connect, connections of a lost endpoint are kept, 30 s to drain, 1,000 connections.
 */
export type ProxiedService = Pick<ProxyOptions, 'service'> &
  Partial<ProxyOptions> & {
    /** Listens on this port of the loopback addresses. Absent: the service's well-known one. Not beside `listen`. */
    readonly port?: number;
  };

/** As the command line has it, but for the number of connections, which the limit on open files decides there. */
const DEFAULTS: Omit<ProxyOptions, 'service' | 'listen' | 'sources'> = {
  merge: 'union',
  balance: 'p2c',
  connectTimeoutMs: 10_000,
  onEndpointLost: 'keep',
  drainTimeoutMs: 30_000,
  maxConnections: 1_000,
};

/**
 * All that a proxy needs: where nothing is said it listens on the loopback addresses, and its one source is what `createSource` makes.
 * Throws an AmbassadorError for a service without a well-known port where no place is given.
 */
export function completeService(
  { port, ...given }: ProxiedService,
  createSource: (service: string, listen: readonly ListenPlace[]) => Source,
): ProxyOptions {
  const { service, listen = listenOnLoopback(port ?? requirePort(service)) } = given;
  return { ...DEFAULTS, ...given, listen, sources: given.sources ?? [createSource(service, listen)] };
}

function listenOnLoopback(port: number): readonly ListenPlace[] {
  return ['127.0.0.1', '::1'].map((address) => ({ kind: 'tcp', address, port }));
}

function requirePort(service: string): number {
  const port = findWellKnownPort(service, platform());
  if (port !== undefined) return port;
  throw new AmbassadorError(
    'no-port',
    `"${service}" has no well-known port; say on which to listen, such as port: 8000`,
  );
}
