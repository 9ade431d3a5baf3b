import { hostname } from 'node:os';
import {
  createMdnsNode,
  hostLabel,
  MdnsError,
  type MdnsNode,
  type NodeEvent,
  readSystemInterfaces,
  type SystemNetwork,
  systemClock,
  systemNetwork,
} from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { joinPeers, type PeerEvent, type PeerNode } from '@mdns-ambassador/peers';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import type { Log } from '../output/log.ts';
import { describeAwaited, describeHiddenInterfaces, joinHint } from '../output/network-lines.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readInterfaces } from '../requests/interfaces.ts';
import { readPeerRequest } from '../requests/peer-request.ts';
import type { Settings } from '../settings/settings.ts';
import { hearMesh } from './notices.ts';
import { createPeers, type PeersOptions } from './peers.ts';
import { SendRefusals } from './send-refusals.ts';
import { type SelfShowing, showSelf } from './view-calls.ts';

/** The mDNS stack of one command, on the interfaces that the user chose. */
export interface LocalNetwork {
  readonly network: SystemNetwork;
  /** Without peer links. */
  readonly mdns: MdnsNode;
  /** With peer links, where there are any. */
  readonly node: MdnsNode;
  readonly peers: PeerNode | undefined;
  /** Where a mesh lets this machine have no peer links, and it has something to show. */
  readonly showing: SelfShowing | undefined;
  readonly refusals: SendRefusals;
}

export interface LocalNetworkOptions {
  readonly withBridges?: boolean;
  /** For what is to have one host name over all its starts; default random numbers. */
  readonly drawLabel?: () => number;
  /** Absent: mDNS alone. */
  readonly peers?: PeersOptions;
}

/** The names that `--interface` asks for; one that is not there yet is waited for. */
export function readInterfaceNames(settings: Settings, platform: NodeJS.Platform): readonly string[] {
  return readInterfaces(settings, readSystemInterfaces() ?? {}, platform);
}

/** On these interfaces; without names on those that suit. The node is yet to be started. */
export function createLocalNetwork(
  interfaceNames: readonly string[],
  platform: string,
  onEvent: (event: NodeEvent) => void,
  { withBridges = false, drawLabel = Math.random, peers: peersOptions }: LocalNetworkOptions = {},
): LocalNetwork {
  const network = systemNetwork({ interfaceNames, platform, withBridges });
  const refusals = new SendRefusals(platform);
  const mesh = peersOptions?.mesh;
  const mdns = createMdnsNode({
    network,
    clock: systemClock,
    random: Math.random,
    hostLabel: hostLabel(hostname(), drawLabel),
    onEvent: (event) => {
      refusals.hear(event);
      onEvent(event);
    },
    mayWait: true,
    ...(mesh === undefined
      ? {}
      : {
          onTxt: hearMesh(mesh, {
            onAnnouncer: (place, announcer, digest) => {
              if (peersOptions?.meetsAll === true) peers?.ask(place);
              else peers?.hearDigest(place, announcer, digest);
            },
            onLook: (place, looker) => (peers ?? showing)?.hearLook(place, looker),
          }),
        }),
  });
  const peers: PeerNode | undefined = peersOptions === undefined ? undefined : createPeers(network, mdns, peersOptions);
  const showing = peersOptions === undefined ? undefined : showSelf(network, peersOptions);
  const node = peers === undefined ? mdns : joinPeers({ mdns, peers, clock: systemClock });
  return { network, mdns, node, peers, showing, refusals };
}

/** The same for a command that only looks: what becomes of the network stands in its log, and `onEvent` is told, too. */
export function createLoggedNetwork(
  settings: Settings,
  surroundings: Surroundings,
  log: Log,
  mesh: Mesh | undefined,
  onEvent: (event: NodeEvent) => void = () => undefined,
): LocalNetwork {
  const { platform } = surroundings;
  const request = readPeerRequest(settings);
  const logPeer = (event: PeerEvent): void => {
    if (event.kind === 'peer-failed') log.warn(event, 'a peer is not reached');
    else log.debug(event, event.kind);
  };
  return createLocalNetwork(
    readInterfaceNames(settings, platform),
    platform,
    (event) => {
      log.debug(event, event.kind);
      onEvent(event);
    },
    { peers: { request, surroundings, mesh, announces: false, onEvent: logPeer } },
  );
}

/** Starts the node; says in one sentence why it can't. */
export async function startNode({ node }: LocalNetwork): Promise<void> {
  try {
    await node.start();
  } catch (error) {
    if (!(error instanceof MdnsError)) throw error;
    const why =
      error.code === 'port-in-use'
        ? 'another program keeps UDP port 5353 to itself; announce with --responder avahi where that is avahi-daemon, name peers with --from static:HOST:PORT, or let it share the port (disallow-other-stacks=no in avahi-daemon.conf)'
        : error.message;
    throw new CliError(EXIT_UNAVAILABLE, `mDNS can't be used here: ${why}`, { cause: error });
  }
}

/** Why nothing at all can be found, for who does not wait any longer; undefined where an interface is up and takes packets. */
export function describeNoNetwork({
  network,
  refusals,
}: Pick<LocalNetwork, 'network' | 'refusals'>): string | undefined {
  if (network.isHidden()) return joinHint(describeHiddenInterfaces());
  const interfaces = network.interfaces();
  if (interfaces.length > 0) return refusals.explain(interfaces.map(({ name }) => name));
  const awaited = network.awaited();
  const what =
    awaited.length === 0 ? 'no network interface is up that reaches other machines' : describeAwaited(awaited);
  return `mDNS can't be used here: ${what}; connect to a network, or see what ambassador doctor says`;
}
