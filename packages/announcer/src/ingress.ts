import type { Socket } from 'node:net';
import type { Caller, Door, StreamCallers } from '@mdns-ambassador/mesh';
import {
  type Clock,
  Connections,
  clientEndsOf,
  type Destination,
  type DrainOutcome,
  dial,
  dismissClient,
  formatTarget,
  hearProxyHeader,
  Introduction,
  isLocalTarget,
  type Leg,
  Overload,
  type Prologue,
  ProxyHeaderError,
  resetLeg,
  type Splice,
  type SpliceOutcome,
  setClientEnds,
  splice,
  surface,
  type Target,
} from '@mdns-ambassador/relay';
import { IngressListeners } from './ingress-listeners.ts';
import type { IngressTally } from './ingress-tally.ts';
import type { Release } from './on-demand/on-demand-service.ts';
import { staysConnected } from './on-demand/stays.ts';

/** The service is on this machine, mostly: what does not answer by then does not accept. */
const DIAL_TIMEOUT_MS = 2000;
/** What was said on a connection of many clients is heard within this time, once they are gone. */
const FAREWELL_MS = 1_000;

export interface IngressOptions {
  readonly clock: Clock;
  /** Where the service listens, best first; asked for each connection. */
  readonly targets: () => readonly Target[];
  /** Whether a proxy of the service listens there instead of the service. Never rejects. */
  readonly leadsBack?: (target: Target) => Promise<boolean>;
  /** Whether this address of this machine is announced; connections to any other are refused. */
  readonly isAnnounced: (address: string) => boolean;
  /** What runs on each pair before bytes flow; asked for each client. */
  readonly prologues: () => readonly Prologue[];
  /** Whether a header of the PROXY protocol is heard first of who connects from there. */
  readonly isFront?: (address: string) => boolean;
  /** Such a front was turned away; `reason` for people. */
  readonly onRefused?: (address: string, reason: string) => void;
  /**
   * Has the service run for a client; resolves when it does, with what says that the client is done, or with undefined where it can't be
   * had. `stays`: whether the client is one, where that is in doubt. Never rejects. Absent: whoever runs it does so by himself.
   */
  readonly hold?: (signal: AbortSignal, stays: () => Promise<boolean>) => Promise<Release | undefined>;
  /** Lets members of a mesh in, and nobody else; it stays the caller's to close. Absent: everybody is let in. */
  readonly door?: Door;
  /** Whether the service answers now; asked before a member is told that it is ready. Never rejects. */
  readonly isServiceUp?: () => Promise<boolean>;
  /** Connections above this number are closed whatever `enter` says. */
  readonly places: number;
  /** Takes a place of the process's, for who shakes hands too; undefined where there is none. What it returns gives it back. */
  readonly enter: () => (() => void) | undefined;
  /** Somebody was turned away because there was no place. */
  readonly onFull?: () => void;
  /** Somebody was turned away because it would not have been served in time. */
  readonly onOverload?: () => void;
  /** Is told of each connection. */
  readonly tally: IngressTally;
  /** See {@link IngressListeners}. */
  readonly preferredPort: number;
}

/** A port on the LAN in front of a local service. */
export interface Ingress {
  /** See {@link IngressListeners}. */
  readonly port: number;
  /** Connections that are carried now, or about to be. */
  readonly connections: number;
  /** Accepts; no-op where it does, and after `drain` or `close`. Rejects with a RelayError when it can't listen. */
  listen(): Promise<void>;
  /** Refuses connections until `listen` is called; those that are carried go on. */
  rest(): Promise<void>;
  /** Stops accepting, lets connections finish for `timeoutMs`, resets the rest. */
  drain(timeoutMs: number): Promise<DrainOutcome>;
  /** Ends at once, resetting what is open. Idempotent. */
  close(): Promise<void>;
}

export type CreateIngress = (options: IngressOptions) => Ingress;

/**
 * Is to listen on one port in both families. A connection whose service can't be reached is reset: a proxy tries another
 * instance then.
 */
export const createIngress: CreateIngress = (options) => {
  const visits: Visits = {
    arriving: new Connections(),
    carried: new Connections(),
    shared: new Connections(),
    overload: new Overload(),
  };
  const accept = (client: Socket, waitedMs: number): void => acceptClient(client, waitedMs, options, visits);
  const { places, preferredPort } = options;
  const listeners = new IngressListeners({
    preferredPort,
    maxConnections: places,
    onConnection: accept,
    onDrop: () => {
      options.tally.refuse('full');
      options.onFull?.();
    },
  });
  const stop = async (): Promise<void> => {
    await listeners.stop();
    options.door?.drain();
  };
  return {
    get port() {
      return listeners.port;
    },
    get connections() {
      return visits.carried.size;
    },
    listen: () => listeners.listen(),
    rest: () => listeners.rest(),
    async drain(timeoutMs) {
      await stop();
      // A client in its handshake is served or dismissed first; then it counts as carried.
      await visits.arriving.drain(timeoutMs);
      const outcome = await visits.carried.drain(timeoutMs);
      await visits.shared.drain(FAREWELL_MS);
      return outcome;
    },
    async close() {
      await stop();
      visits.arriving.resetAll();
      visits.carried.resetAll();
      await Promise.all([visits.arriving.drain(0), visits.carried.drain(0)]);
      await visits.shared.drain(0);
    },
  };
};

interface Visits {
  /** Clients in their handshake. */
  readonly arriving: Connections;
  readonly carried: Connections;
  /** Connections that carry many clients, each of which counts by itself. */
  readonly shared: Connections;
  readonly overload: Overload;
}

function acceptClient(client: Socket, waitedMs: number, options: IngressOptions, visits: Visits): void {
  const { arriving, carried, overload } = visits;
  // Before the splice and after a reset nobody else listens for its errors.
  client.on('error', () => undefined);
  const { tally } = options;
  tally.accept();
  const isWelcome = client.localAddress !== undefined && options.isAnnounced(client.localAddress);
  const isLate = options.door?.turnsAway(client, waitedMs) ?? overload.refuses(waitedMs, options.clock.now());
  if (isWelcome && isLate) {
    resetLeg(client);
    tally.refuse('overload');
    options.onOverload?.();
    return;
  }
  const leave = isWelcome ? options.enter() : undefined;
  if (leave === undefined) {
    resetLeg(client);
    tally.refuse(isWelcome ? 'full' : 'not-announced');
    if (isWelcome) options.onFull?.();
    return;
  }
  const isFront = options.isFront?.(client.remoteAddress ?? '') === true;
  if (options.door === undefined && !isFront) {
    carry(client, carried, leave, options, (signal) => reachService(client, options, signal));
    return;
  }
  const abort = new AbortController();
  const admitted = greet(client, isFront, options, abort.signal).then((greeted) => {
    if (greeted.kind === 'streams') receiveStreams(greeted, clientEndsOf(client), leave, options, visits);
    else carry(greeted.leg, carried, leave, options, greeted.reach);
  }, leave);
  arriving.add({ finished: admitted, reset: () => abort.abort() });
}

/** Each client of a proxy is one of ours; the connection that they share has a place of its own. */
function receiveStreams(
  streams: StreamCallers,
  ends: ReturnType<typeof clientEndsOf>,
  leave: () => void,
  options: IngressOptions,
  { arriving, carried, shared }: Visits,
): void {
  const { tally } = options;
  let count = 0;
  shared.add({ finished: streams.ended.then(leave), reset: () => streams.reset() });
  streams.receive((arrival) => {
    // The first was counted when the connection was accepted.
    count += 1;
    if (count > 1) tally.accept();
    const leaveAlone = options.enter();
    if (leaveAlone === undefined) {
      arrival.turnAway();
      tally.refuse('full');
      options.onFull?.();
      return;
    }
    const { leg } = arrival;
    const admitted = arrival.hear().then(
      (caller) => {
        setClientEnds(leg, ends);
        carry(leg, carried, leaveAlone, options, (aborted) => reachServiceFor(caller, options, aborted));
      },
      () => {
        // Who is told why is there until it has heard it.
        if (leg.destroyed) leaveAlone();
        else leg.once('close', leaveAlone);
      },
    );
    arriving.add({ finished: admitted, reset: () => resetLeg(leg) });
  });
}

/** Who may be served, and how the service is reached for him. */
interface Greeted {
  readonly kind: 'client';
  readonly leg: Leg;
  readonly reach: (signal: AbortSignal) => Reaching;
}

/** A front's header comes before a member's handshake. Rejects when nobody is to be served; the socket is closed then, or about to be. */
async function greet(
  client: Socket,
  isFront: boolean,
  options: IngressOptions,
  signal: AbortSignal,
): Promise<Greeted | StreamCallers> {
  if (isFront) await hearFront(client, options, signal);
  if (options.door === undefined) {
    return { kind: 'client', leg: client, reach: (aborted) => reachService(client, options, aborted) };
  }
  const caller = await options.door.admit(client, signal);
  if (caller.kind === 'streams') return caller;
  setClientEnds(caller.leg, clientEndsOf(client));
  return { kind: 'client', leg: caller.leg, reach: (aborted) => reachServiceFor(caller, options, aborted) };
}

async function hearFront(client: Socket, { clock, onRefused }: IngressOptions, signal: AbortSignal): Promise<void> {
  const { remoteAddress: address = '' } = client;
  try {
    await hearProxyHeader(client, { isFront: () => true, clock }, signal);
  } catch (error) {
    resetLeg(client);
    if (error instanceof ProxyHeaderError) onRefused?.(address, error.message);
    throw error;
  }
}

/** Two legs to splice; undefined when there are none, and everything is closed or about to be. Never rejects. */
type Reaching = Promise<{ readonly client: Leg; readonly service: Leg } | undefined>;

/** Has the service run for this client. A member has said by its handshake that it is one. */
function holdFor(client: Leg, { hold, clock, door }: IngressOptions): Hold | undefined {
  if (hold === undefined) return undefined;
  return (signal) => hold(signal, async () => door !== undefined || (await staysConnected(client, clock)));
}

type Hold = (signal: AbortSignal) => Promise<Release | undefined>;

/** An error of our own ends this client, and nothing else. */
function carry(
  client: Leg,
  connections: Connections,
  leave: () => void,
  options: IngressOptions,
  reach: (signal: AbortSignal) => Reaching,
): void {
  const { tally, clock } = options;
  const hold = holdFor(client, options);
  const abort = new AbortController();
  let carried: Splice | undefined;
  let release: Release | undefined;
  const reachHeld = async (begin: Hold): Reaching => {
    client.once('close', () => abort.abort());
    release = await begin(abort.signal);
    return reach(abort.signal);
  };
  const finished = (hold === undefined ? reach(abort.signal) : reachHeld(hold))
    .then((pair): SpliceOutcome | Promise<SpliceOutcome> => {
      if (pair === undefined) return { kind: 'aborted' };
      carried = splice(pair.client, pair.service);
      const ended = tally.carry(carried);
      const startedAt = clock.now();
      return carried.finished.finally(() => ended(clock.now() - startedAt));
    })
    .catch((error: unknown): SpliceOutcome => {
      surface(error);
      resetLeg(client);
      return { kind: 'aborted' };
    });
  void finished.then(leave).then(() => release?.((carried?.bytesUp ?? 0) > 0));
  connections.add({
    finished,
    reset: () => {
      abort.abort();
      carried?.reset();
    },
  });
}

async function reachService(client: Leg, options: IngressOptions, signal: AbortSignal): Reaching {
  const upstream = await dialFirst(options, signal);
  if (upstream !== undefined) return introduce(client, upstream, options, signal);
  options.tally.refuse('down');
  resetLeg(client);
  return undefined;
}

/** The same for a member: it hears that the service is ready, or down, before a byte flows. */
async function reachServiceFor(caller: Caller, options: IngressOptions, signal: AbortSignal): Reaching {
  const { leg } = caller;
  const left = new AbortController();
  const stop = (): void => left.abort();
  leg.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const upstream = await reachUp(options, left.signal);
  leg.off('close', stop);
  signal.removeEventListener('abort', stop);
  if (upstream !== undefined && !left.signal.aborted) {
    caller.answer('ready');
    return introduce(leg, upstream, options, signal);
  }
  if (upstream !== undefined) resetLeg(upstream);
  if (left.signal.aborted) resetLeg(leg);
  else {
    options.tally.refuse('down');
    caller.answer('down');
  }
  return undefined;
}

/** A connection to the service, if that answers its check too. */
async function reachUp(options: IngressOptions, signal: AbortSignal): Promise<Socket | undefined> {
  const [upstream, isUp] = await Promise.all([dialFirst(options, signal), options.isServiceUp?.() ?? true]);
  if (isUp || upstream === undefined) return upstream;
  resetLeg(upstream);
  return undefined;
}

/** Runs the prologues, for which the service may be dialled once more. */
async function introduce(client: Leg, upstream: Socket, options: IngressOptions, signal: AbortSignal): Reaching {
  const introduction = new Introduction({ client, prologues: options.prologues(), clock: options.clock });
  for (let service: Socket | undefined = upstream; service !== undefined; ) {
    const introduced = await introduction.introduce(service, describeService(service), signal);
    switch (introduced.kind) {
      case 'introduced':
        return { client, service: introduced.upstream };
      case 'refused':
        options.tally.refuse('introduction');
        dismissClient(client, introduced.refusal.reply);
        return undefined;
      case 'failed':
        service = undefined;
        break;
      case 'redial':
        service = await dialFirst(options, signal);
        break;
      default:
        return introduced satisfies never;
    }
  }
  options.tally.refuse('introduction');
  introduction.dismiss();
  return undefined;
}

/** Undefined where no target is reached: that the service is down is no error of ours. */
async function dialFirst({ targets, leadsBack }: IngressOptions, signal: AbortSignal): Promise<Socket | undefined> {
  for (const target of targets()) {
    if ((await leadsBack?.(target)) === true) continue;
    try {
      const socket = await dial(target, { timeoutMs: DIAL_TIMEOUT_MS, signal });
      return socket.on('error', () => undefined);
    } catch {
      if (signal.aborted) break;
    }
  }
  return undefined;
}

/** The service behind an ingress, as prologues know it. Whoever has the address of the dialling side is on this machine. */
function describeService({ localAddress, remoteAddress: address, remotePort: port }: Socket): Destination {
  if (address === undefined || port === undefined)
    return { endpointId: 'service', name: 'the service', proof: 'loopback' };
  const target = { kind: 'tcp', address, port } as const;
  const isHere = isLocalTarget(target) || address === localAddress;
  return { endpointId: 'service', name: formatTarget(target), proof: isHere ? 'loopback' : 'none' };
}
