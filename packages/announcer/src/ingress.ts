import type { Socket } from 'node:net';
import {
  Connections,
  type DrainOutcome,
  dial,
  dismissClient,
  errorCode,
  type Leg,
  type Listener,
  listen,
  type Prologue,
  Redial,
  Refusal,
  RelayError,
  resetLeg,
  runPrologues,
  type Splice,
  type SpliceOutcome,
  splice,
  type Target,
} from '@mdns-ambassador/relay';
import { describeService } from './service-destination.ts';

const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';
/** The port that IPv4 was given may be taken in IPv6: another one is tried. */
const MAX_PORT_ATTEMPTS = 8;
/** The service is on this machine, mostly: what does not answer by then does not accept. */
const DIAL_TIMEOUT_MS = 2000;
/** How often a prologue may have the service dialled once more for one client. */
const MAX_REDIALS = 2;
const NO_IPV6_CODES: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

export interface IngressOptions {
  /** Where the service listens, best first; asked for each connection. */
  readonly targets: () => readonly Target[];
  /** Whether this address of this machine is announced; connections to any other are refused. */
  readonly isAnnounced: (address: string) => boolean;
  /** What runs on each pair before bytes flow. */
  readonly prologues: readonly Prologue[];
  readonly maxConnections: number;
}

/** A port on the LAN in front of a local service. */
export interface Ingress {
  readonly port: number;
  /** Connections that are carried now, or about to be. */
  readonly connections: number;
  /** Stops accepting, lets connections finish for `timeoutMs`, resets the rest. */
  drain(timeoutMs: number): Promise<DrainOutcome>;
  /** Ends at once, resetting what is open. Idempotent. */
  close(): Promise<void>;
}

export type OpenIngress = (options: IngressOptions) => Promise<Ingress>;

/**
 * Listens on one free port in both families. A connection whose service can't be reached is reset: a proxy tries another
 * instance then. Rejects with a RelayError when it can't listen.
 */
export const openIngress: OpenIngress = async (options) => {
  const connections = new Connections();
  const accept = (client: Socket): void => acceptClient(client, options, connections);
  const { port, listeners } = await listenOnFreePort(options.maxConnections, accept);
  const stop = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  return {
    port,
    get connections() {
      return connections.size;
    },
    async drain(timeoutMs) {
      await stop();
      return connections.drain(timeoutMs);
    },
    async close() {
      await stop();
      connections.resetAll();
      await connections.drain(0);
    },
  };
};

function acceptClient(client: Socket, options: IngressOptions, connections: Connections): void {
  // It fails while nobody else listens to it: before the splice, and after a reset.
  client.on('error', () => undefined);
  const isWelcome = client.localAddress !== undefined && options.isAnnounced(client.localAddress);
  if (!isWelcome || connections.size >= options.maxConnections) {
    resetLeg(client);
    return;
  }
  const abort = new AbortController();
  let carried: Splice | undefined;
  const finished = reachService(client, options, abort.signal).then(
    (upstream): SpliceOutcome | Promise<SpliceOutcome> => {
      if (upstream === undefined) return { kind: 'aborted' };
      carried = splice(client, upstream);
      return carried.finished;
    },
  );
  connections.add({
    finished,
    reset: () => {
      abort.abort();
      carried?.reset();
    },
  });
}

/** Resolves with the leg to splice in the service's place, or with undefined and everything closed. Never rejects. */
async function reachService(
  client: Socket,
  options: IngressOptions,
  signal: AbortSignal,
  redials = 0,
): Promise<Leg | undefined> {
  const { targets, prologues } = options;
  let upstream: Socket | undefined;
  try {
    upstream = await dialFirst(targets(), signal);
    upstream.on('error', () => undefined);
    const leg = await runPrologues(prologues, client, upstream, signal, describeService(upstream));
    signal.throwIfAborted();
    return leg;
  } catch (error) {
    if (upstream !== undefined) resetLeg(upstream);
    if (error instanceof Redial && redials < MAX_REDIALS) return reachService(client, options, signal, redials + 1);
    if (error instanceof Refusal) dismissClient(client, error.reply);
    else resetLeg(client);
    return undefined;
  }
}

async function dialFirst(targets: readonly Target[], signal: AbortSignal): Promise<Socket> {
  let failure: unknown = new RelayError('EHOSTUNREACH', 'The service has not been found yet');
  for (const target of targets) {
    try {
      return await dial(target, { timeoutMs: DIAL_TIMEOUT_MS, signal });
    } catch (error) {
      failure = error;
      if (signal.aborted) break;
    }
  }
  throw failure;
}

async function listenOnFreePort(
  maxConnections: number,
  onConnection: (client: Socket) => void,
): Promise<{ readonly port: number; readonly listeners: readonly Listener[] }> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen({ at: { kind: 'tcp', address: ANY_IPV4, port: 0 }, maxConnections, onConnection });
    const port = ipv4.address.kind === 'tcp' ? ipv4.address.port : 0;
    try {
      const ipv6 = await listen({ at: { kind: 'tcp', address: ANY_IPV6, port }, maxConnections, onConnection });
      return { port, listeners: [ipv4, ipv6] };
    } catch (error) {
      const code = errorCode(error);
      if (NO_IPV6_CODES.includes(code)) return { port, listeners: [ipv4] };
      await ipv4.stop();
      if (code !== 'EADDRINUSE' || attempt >= MAX_PORT_ATTEMPTS) throw error;
    }
  }
}
