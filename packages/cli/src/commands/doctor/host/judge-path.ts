import { describeWsl, LOCAL_NETWORK_REMEDY } from '../../../output/network-lines.ts';
import { joinWords } from '../../../output/phrases.ts';
import { ok, problem, type Verdict, warning } from '../findings/finding.ts';
import type { HostEvidence } from './evidence.ts';
import { nameHost, nameTyped } from './host-words.ts';
import { isWithheldByMacos } from './signs.ts';

/** Whether there is such a machine, and it is another one. */
export function judgeHost(evidence: Pick<HostEvidence, 'host' | 'address' | 'isOwnAddress'>): Verdict {
  const { address, isOwnAddress } = evidence;
  if (address === undefined) {
    return problem(
      `Nobody knows an address of ${nameHost(evidence)}: neither a name server nor this network.`,
      'Write the address of that machine, such as 192.168.7.20; ip addr shows it there, on a Mac ifconfig, on Windows ipconfig.',
      'unknown-name',
    );
  }
  if (!isOwnAddress) return ok(`The other machine is ${nameHost(evidence)}.`);
  return warning(
    `The address of ${nameHost(evidence)} is this machine's own.`,
    'Write the address of the other machine.',
    'own-address',
  );
}

/** Where the kernel sends what is for it. */
export function judgePath(evidence: HostEvidence): Verdict {
  const { path } = evidence;
  const host = nameHost(evidence);
  if (isWithheldByMacos(evidence)) {
    return problem(
      `macOS does not let this program use the local network: it says that there is no way to ${host}, which programs of its own reach.`,
      LOCAL_NETWORK_REMEDY,
      'local-network-privacy',
    );
  }
  if (path.kind === 'none') {
    return problem(
      `This machine has no route to ${host} (${path.code}).`,
      'Connect both machines to the same network.',
      'no-route',
    );
  }
  if (path.homes.includes(path.interfaceName)) return ok(`It is on the link of ${path.interfaceName}.`);
  if (path.homes.length > 0) return judgeDetour(evidence, path);
  return judgeOtherNetwork(evidence, path);
}

type Via = Extract<HostEvidence['path'], { readonly kind: 'via' }>;

function judgeDetour(evidence: HostEvidence, { interfaceName, isTunnel, homes }: Via): Verdict {
  const host = nameHost(evidence);
  const home = joinWords(homes);
  const what = isTunnel ? `a VPN (${interfaceName})` : interfaceName;
  return problem(
    `What is sent to ${host} goes into ${what}, although that address is in the network of ${home}.`,
    isTunnel
      ? "Allow access to the local network in the VPN's settings (split tunnel), or leave the VPN while others are to be reached."
      : `Remove the route to ${host} through ${interfaceName}.`,
    isTunnel ? 'vpn-route' : 'foreign-route',
  );
}

/** A router is between: no multicast gets there, whoever allows it. */
function judgeOtherNetwork(evidence: HostEvidence, { interfaceName, isTunnel }: Via): Verdict {
  const { container, isBehindWindows } = evidence;
  const host = nameHost(evidence);
  if (isBehindWindows) return warning(...describeWsl(), 'wsl-nat');
  if (container?.hasOwnNetwork === true) {
    return warning(
      `This ${container.runtime} container has a network of its own: ${host} is beyond it, and no multicast gets there.`,
      `Run it with --network host (network_mode: host), or name the other machine with --peer ${nameTyped(evidence)}.`,
      'container-nat',
    );
  }
  const way = isTunnel ? `a VPN (${interfaceName})` : `a router (${interfaceName})`;
  return warning(
    `There is ${way} between this machine and ${host}, which passes no multicast.`,
    `Name the other machine with --peer ${nameTyped(evidence)}, or connect both to the same network.`,
    'other-network',
  );
}
