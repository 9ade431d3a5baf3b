import { checkLink, type NetworkInterface, type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { isBehindWindows } from '../../machine/wsl.ts';
import { hearControlPacket } from './control-packet.ts';
import type { Facts } from './facts.ts';
import { isWireless, readContainer, readDefaultRoute, readSynchronization } from './machine.ts';

/** Long enough for a question that is asked twice, and its answers. */
const LISTEN_MS = 2_500;
/** A machine with more is a router; its first ones tell enough. */
const MAX_INTERFACES = 16;

/** Finds out all that is judged; takes 3 s. Never rejects. */
export async function gatherFacts(
  network: SystemNetwork,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): Promise<Facts> {
  const used = network.interfaces().slice(0, MAX_INTERFACES);
  const skipped = network.skipped();
  const [links, controls] = await Promise.all([
    Promise.all(
      used.flatMap((on) =>
        listFamilies(on).map((family) =>
          checkLink({ network, on, family, clock: systemClock, random: Math.random, durationMs: LISTEN_MS }),
        ),
      ),
    ),
    Promise.all(used.map((on) => hearControl(on, platform))),
  ]);
  return {
    platform,
    areInterfacesHidden: network.isHidden(),
    isBehindWindows: isBehindWindows(),
    interfaces: used.map((on) => ({
      name: on.name,
      loopback: on.loopback,
      hasIPv4: hasFamily(on, 'IPv4'),
      hasIPv6: hasFamily(on, 'IPv6'),
      isWireless: isWireless(on.name),
    })),
    skipped,
    links,
    controlHeardOn: controls.flatMap((name) => name ?? []),
    defaultRoute: readDefaultRoute(skipped),
    container: readContainer(
      [...used, ...skipped].map(({ name }) => name),
      env,
    ),
    clock: { wallClock: Date.now(), isSynchronized: readSynchronization() },
  };
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
