import { isIP } from 'node:net';
import type { PeerPlace, PeerSecurity } from '@mdns-ambassador/peers';
import { readNeighbours } from '../../../network/neighbours.ts';
import type { Finding } from '../findings/finding.ts';
import type { Facts } from '../machine/facts.ts';
import { type GatherOptions, gatherFacts, LISTEN_MS } from '../machine/gather.ts';
import { readSystemRoute } from '../system/default-route.ts';
import { type OsNetwork, readOsNetwork } from '../system/os-network.ts';
import { askPeer } from './ask-peer.ts';
import { diagnoseHost } from './diagnose-host.ts';
import { askHost, askSystem, composeEvidence, findAnnounced, tryServices } from './gather-host.ts';
import { findAddresses } from './host-address.ts';
import { judgeHost } from './judge-path.ts';
import { findPath, isOwnAddress } from './path.ts';

export interface ExamineOptions extends GatherOptions {
  readonly version: string;
  /** Undefined in open mode. */
  readonly meshIds: readonly string[] | undefined;
  /** How peers are spoken with; `security`: what a mesh makes of it. Undefined: not at all. */
  readonly peers: { readonly security?: PeerSecurity } | undefined;
}

/** What is between this machine and another. Never rejects; takes as long as looking at this machine, and up to 10 s more. */
export async function examineHost(
  { host, port }: PeerPlace,
  options: ExamineOptions,
): Promise<{ readonly facts: Facts; readonly findings: readonly Finding[] }> {
  const { network, platform, clock, run, version, meshIds } = options;
  const all = readOsNetwork(network);
  const address = await chooseAddress(await findAddresses(host, network.interfaces(), clock), all);
  if (address === undefined || isOwnAddress(address, all)) {
    const { facts } = await gatherFacts(options);
    return { facts, findings: [{ check: 'host', ...judgeHost({ host, address, isOwnAddress: true }) }] };
  }
  let begin = (): void => undefined;
  const listening = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const [{ facts, survey }, answers, peer] = await Promise.all([
    gatherFacts({ ...options, onListening: begin }),
    askHost({
      address,
      peerPort: port,
      network: all,
      usable: new Set(network.interfaces().map(({ name }) => name)),
      defaultRoute: await readSystemRoute(platform, run),
      clock,
      durationMs: LISTEN_MS,
      listening,
    }),
    options.peers === undefined
      ? ({ kind: 'absent' } as const)
      : listening.then(() => askPeer({ address, port, network, clock, version, ...options.peers })),
  ]);
  const announced = findAnnounced(survey, address);
  const [services, doesSystemReach] = await Promise.all([
    tryServices(address, announced),
    askSystem(address, answers, platform, run),
  ]);
  const neighbours = await readNeighbours(platform, run);
  const evidence = composeEvidence({
    host,
    address,
    network: all,
    facts,
    answers,
    services,
    announced,
    neighbours,
    doesSystemReach,
    meshIds,
    version,
    peer,
  });
  return { facts, findings: diagnoseHost(evidence) };
}

/** The one that is nearest: on a link of ours, IPv4 before IPv6 as most networks have it. */
async function chooseAddress(addresses: readonly string[], network: OsNetwork): Promise<string | undefined> {
  const ranked = await Promise.all(
    addresses.map(async (address) => {
      const path = await findPath(address, network);
      const isNear = path.kind === 'via' && path.homes.length > 0;
      return { address, rank: (isNear ? 0 : 2) + (path.kind === 'none' ? 4 : 0) + (isIP(address) === 4 ? 0 : 1) };
    }),
  );
  return ranked.toSorted((a, b) => a.rank - b.rank)[0]?.address;
}
