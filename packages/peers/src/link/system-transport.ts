import { isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dial, errorMessage, formatPlace, type Leg, listenInBoth } from '@mdns-ambassador/relay';
import type { PeerPlace } from '../rules/line.ts';
import type { PeerReceiver, PeerTransport } from './peer-stream.ts';
import { SocketStream } from './socket-stream.ts';

/** Connections of which none is a link yet or any more, beside the links. */
const MAX_CONNECTIONS = 256;
const DIAL_TIMEOUT_MS = 3_000;

/** What a mesh makes of a connection: one whose two ends are its members. */
export interface PeerSecurity {
  /** At the end that dialled. Rejects where the other is no member; `raw` is destroyed then. `place` is for people. */
  connect(raw: Leg, place: string, signal: AbortSignal): Promise<Leg>;
  /** At the other end. Rejects likewise; `renewed` came for something else than a link, and has it. */
  accept(raw: Leg, address: string): Promise<PeerArrival>;
}

/** Who came in: `shown` to show itself, and for no link; `removed` is told what a keeper said of it, and sent away. */
type PeerArrival =
  | { readonly kind: 'linked'; readonly leg: Leg }
  | { readonly kind: 'shown'; readonly leg: Leg }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'removed'; readonly leg: Leg; readonly reason: string; readonly notice: string };

export interface SystemTransportOptions {
  /** Absent: in the open. */
  readonly security?: PeerSecurity;
  /** Whether who came in at this address of ours is served: others are hung up on at once. */
  readonly isServed: (localAddress: string) => boolean;
}

/** Peer links over TCP. */
export function createSystemTransport(options: SystemTransportOptions): PeerTransport {
  return {
    async dial({ host, port }: PeerPlace, signal) {
      const raw = await dial({ kind: 'tcp', address: host, port }, { timeoutMs: DIAL_TIMEOUT_MS, signal });
      const addresses = readAddresses(raw, isIP(host.split('%')[0] ?? '') === 0 ? undefined : host);
      const leg = (await options.security?.connect(raw, formatPlace(host, port), signal)) ?? raw;
      return new SocketStream(leg, addresses);
    },
    listen: (port, receiver) =>
      listenInBoth(port, {
        maxConnections: MAX_CONNECTIONS,
        onConnection: (raw) => void admit(raw, options, receiver),
      }),
  };
}

async function admit(
  raw: Socket,
  { security, isServed }: SystemTransportOptions,
  receiver: PeerReceiver,
): Promise<void> {
  raw.on('error', () => undefined);
  const addresses = readAddresses(raw, undefined);
  if (!isServed(addresses.localAddress) || !receiver.mayArrive(addresses.remoteAddress)) {
    raw.destroy();
    return;
  }
  try {
    const arrival: PeerArrival =
      security === undefined ? { kind: 'linked', leg: raw } : await security.accept(raw, addresses.remoteAddress);
    if (arrival.kind === 'renewed') return;
    const stream = new SocketStream(arrival.leg, addresses);
    if (arrival.kind === 'linked') receiver.onStream(stream);
    else if (arrival.kind === 'shown') receiver.onShown(stream);
    else receiver.onStream(stream, { kind: 'refused', reason: arrival.reason, notice: arrival.notice });
  } catch (error) {
    raw.destroy();
    receiver.onStranger(addresses.remoteAddress, errorMessage(error));
  }
}

/** Node leaves out the zone of a link-local address: it is that of the interface which has ours. */
function readAddresses(
  { remoteAddress = '', localAddress = '' }: Socket,
  dialled: string | undefined,
): { readonly remoteAddress: string; readonly localAddress: string } {
  const zone = isLinkLocal(localAddress) ? findZone(localAddress) : undefined;
  const place = (address: string): string =>
    isLinkLocal(address) && zone !== undefined ? `${address}%${zone}` : address;
  const remote = dialled?.includes('%') === true ? dialled : place(remoteAddress);
  return { remoteAddress: remote, localAddress: place(localAddress) };
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address) && !address.includes('%');
}

function findZone(address: string): string | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (addresses?.some((one) => one.address === address) === true) return name;
  }
  return undefined;
}
