import { type Clock, checkLink, type NetworkInterface, type SystemNetwork } from '@mdns-ambassador/mdns';
import { isBehindWindows } from '../../../machine/wsl.ts';
import type { RunProgram } from '../../../network/run-program.ts';
import { readSystemRoute } from '../system/default-route.ts';
import { readMulticastCount } from '../system/multicast-count.ts';
import { readNetworkProfiles } from '../system/network-profile.ts';
import { readOsNetwork } from '../system/os-network.ts';
import { findUdpHolders } from '../system/port-holders.ts';
import { Barrier } from './barrier.ts';
import { hearControlPacket } from './control-packet.ts';
import type { Facts } from './facts.ts';
import { isWireless, readContainer, readSynchronization } from './machine.ts';
import { MulticastTally } from './multicast-tally.ts';
import { type Survey, surveyLinks } from './survey.ts';

/** Long enough for a question that is asked three times, and its answers. */
export const LISTEN_MS = 2_800;
const MDNS_PORT = 5353;
/** A machine with more is a router; its first ones tell enough. */
const MAX_INTERFACES = 16;

export interface GatherOptions {
  readonly network: SystemNetwork;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  readonly clock: Clock;
  readonly run: RunProgram;
  /** Called when every link is listened on: what is asked from then on has its answers counted. */
  readonly onListening?: () => void;
}

export interface Gathered {
  readonly facts: Facts;
  readonly survey: Survey | undefined;
}

/** Finds out all that is judged; takes 3 s. Never rejects. */
export async function gatherFacts(options: GatherOptions): Promise<Gathered> {
  const { network, platform, env, pid, clock, run } = options;
  const used = network.interfaces().slice(0, MAX_INTERFACES);
  const skipped = network.skipped();
  const controls = await Promise.all(used.map((on) => hearControl(on, platform)));
  const tries = used.flatMap((on) => listFamilies(on).map((family) => ({ on, family })));
  const tally = new MulticastTally(clock, () => readMulticastCount(platform));
  const start = new Barrier(tries.length, () => {
    tally.begin();
    options.onListening?.();
  });
  const surveyed = start.passed.then(() => surveyLinks(network, clock, LISTEN_MS));
  const [links, survey, holders, profiles, route] = await Promise.all([
    Promise.all(
      tries.map(async ({ on, family }) => {
        const gate = start.ticket();
        const link = await checkLink({
          network,
          on,
          family,
          clock,
          random: Math.random,
          durationMs: LISTEN_MS,
          begin: gate,
          end: () => tally.end(),
          onPacket: () => {
            if (family === 'IPv4') tally.count();
          },
        });
        void gate();
        return link;
      }),
    ),
    surveyed,
    start.passed.then(() => findUdpHolders(MDNS_PORT, platform, run)),
    readNetworkProfiles(platform, run),
    readSystemRoute(platform, run),
  ]);
  const facts: Facts = {
    platform,
    areInterfacesHidden: network.isHidden(),
    isBehindWindows: isBehindWindows(),
    interfaces: used.map((on) => ({
      name: on.name,
      loopback: on.loopback,
      hasIPv6: hasFamily(on, 'IPv6'),
      isWireless: isWireless(on.name),
    })),
    skipped,
    links,
    withheld: tally.withheld,
    controlHeardOn: controls.flatMap((name) => name ?? []),
    portHolders: holders?.filter((holder) => holder.pid !== pid),
    profiles,
    refusedRecords: survey === undefined ? undefined : { count: survey.recordsRefused, on: survey.refusedOn },
    defaultRoute: describeRoute(route, network),
    container: readContainer(
      [...used, ...skipped].map(({ name }) => name),
      env,
    ),
    clock: { wallClock: clock.wallClock(), isSynchronized: readSynchronization() },
  };
  return { facts, survey };
}

/** Windows names the interface of a route by its address. */
function describeRoute(
  route: Awaited<ReturnType<typeof readSystemRoute>>,
  network: SystemNetwork,
): Facts['defaultRoute'] {
  if (typeof route !== 'object') return route;
  const all = readOsNetwork(network);
  const through =
    all.find(({ name }) => name === route.interfaceName) ??
    all.find(({ addresses }) => addresses.some(({ address }) => address === route.interfaceName));
  return { ...route, interfaceName: through?.name ?? route.interfaceName, isTunnel: through?.isTunnel === true };
}

async function hearControl(on: NetworkInterface, platform: NodeJS.Platform): Promise<string | undefined> {
  const own = on.addresses.find(({ family }) => family === 'IPv4');
  return own !== undefined && (await hearControlPacket(own.address, platform)) ? on.name : undefined;
}

/** ff02::fb does not come back on loopback. */
function listFamilies(on: NetworkInterface): readonly ('IPv4' | 'IPv6')[] {
  return (['IPv4', 'IPv6'] as const).filter((family) => hasFamily(on, family) && !(on.loopback && family === 'IPv6'));
}

function hasFamily({ addresses }: NetworkInterface, wanted: 'IPv4' | 'IPv6'): boolean {
  return addresses.some(({ family }) => family === wanted);
}
