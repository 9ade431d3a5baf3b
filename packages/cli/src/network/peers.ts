import { isIP } from 'node:net';
import { join } from 'node:path';
import { isEndpointAddress } from '@mdns-ambassador/ambassador';
import { type MdnsNode, type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { explainRefusal, type Mesh, MeshPeers } from '@mdns-ambassador/mesh';
import {
  createNetworkJudge,
  createSystemTransport,
  PEER_PORT,
  type PeerEvent,
  PeerNode,
  type PeerPlace,
  readPeersFile,
  writePeersFile,
} from '@mdns-ambassador/peers';
import { dial, drawId, omitUndefined, stripZone } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED } from '../exit/exit-codes.ts';
import { nameStateFolder } from '../machine/seed.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { PeerRequest } from '../requests/peer-request.ts';
import { createExaminer } from './examiner.ts';
import { isServedAt, listAddresses } from './served-addresses.ts';

/** In the state folder. */
const PEERS_FILE = 'peers.json';
/** For so long the addresses that peers are told may be out of date: the node itself looks more often. */
const SAME_MS = 2_500;
/** Of the peers in it that are of no mesh. */
const OPEN_GROUP = 'open';

export interface PeersOptions {
  readonly request: PeerRequest;
  readonly surroundings: Surroundings;
  /** Its members alone are linked. Absent: open mode. */
  readonly mesh: Mesh | undefined;
  /** Whether it announces, and may so be asked: it listens where a peer or a port is named, where one was linked before, and in a mesh. */
  readonly announces: boolean;
  /** Everybody of the mesh who can be found is linked, also where multicast brings what is looked for. */
  readonly meetsAll?: boolean;
  /** What this process shows of itself to members who look; absent: nothing. */
  readonly describe?: () => Promise<object>;
  readonly onEvent: (event: PeerEvent) => void;
}

/** The peer links of one process, not started; undefined with a token, which is for one role of one service. Throws a CliError where one was named all the same. */
export function createPeers(network: SystemNetwork, node: MdnsNode, options: PeersOptions): PeerNode | undefined {
  const { request, surroundings, mesh, announces, describe, onEvent } = options;
  const { version, platform } = surroundings;
  const refusal = mesh === undefined ? undefined : explainRefusal(mesh.ring, 'peer', '');
  if (refusal !== undefined) {
    if (request.named.length > 0 || request.port !== undefined) throw new CliError(EXIT_REFUSED, refusal);
    return undefined;
  }
  const isMesh = mesh !== undefined;
  const file = namePeersFile(surroundings);
  const [group = OPEN_GROUP] = mesh?.ids ?? [];
  const remembered = readPeersFile(file, group);
  const isWanted = isMesh || request.named.length > 0 || remembered.some(({ hasLinked }) => hasLinked);
  const port = announces ? (request.port ?? (isWanted ? PEER_PORT : undefined)) : undefined;
  const security = mesh === undefined ? undefined : new MeshPeers({ mesh });
  const interfaces = () => network.interfaces();
  return new PeerNode({
    node: drawId(Math.random),
    version,
    clock: systemClock,
    random: Math.random,
    transport: createSystemTransport({
      ...omitUndefined({ security }),
      isServed: (address) => isServedAt(interfaces(), address),
    }),
    named: options.meetsAll === true ? [...request.named, ...remembered] : request.named,
    remembered,
    ...omitUndefined({ port, describe }),
    isMesh,
    notices: mesh?.notices,
    addresses: () => listAddresses(network.interfacesWithin(SAME_MS)).filter((address) => !/^fe[89ab]/i.test(address)),
    judge: createNetworkJudge({
      isMesh,
      interfaces,
      ownAddresses: () => network.ownAddresses(),
      named: request.named.map(({ host }) => host).filter((host) => isIP(stripZone(host)) !== 0),
      isDialable: isEndpointAddress,
    }),
    examiner: createExaminer({ node, clock: systemClock, dial, version, platform, meshes: () => mesh?.ids ?? [] }),
    onEvent,
    onRemember: (places) => writePeersFile(file, group, places),
    onClose: () => security?.close(),
  });
}

/** From now on the machine there is asked for its peers by whoever of this mesh finds nothing by multicast here. */
export function rememberPeer(host: string, meshId: string, surroundings: Surroundings): void {
  writePeersFile(namePeersFile(surroundings), meshId, [{ host, port: PEER_PORT, hasLinked: false }]);
}

/** Whom this machine has met, by links or by multicast, before it had a mesh. */
export function readRemembered(surroundings: Surroundings): readonly PeerPlace[] {
  return readPeersFile(namePeersFile(surroundings), OPEN_GROUP);
}

function namePeersFile({ env, platform }: Surroundings): string {
  return join(nameStateFolder(env, platform), PEERS_FILE);
}
