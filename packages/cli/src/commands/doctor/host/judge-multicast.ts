import { PEER_PORT } from '@mdns-ambassador/peers';
import { ok, problem, type Verdict, warning } from '../findings/finding.ts';
import { listRemedies, PUBLIC_NETWORK_REMEDY } from '../findings/remedies.ts';
import { WITHHELD_FROM } from '../machine/multicast-tally.ts';
import type { HostEvidence } from './evidence.ts';
import { nameHost, nameTyped } from './host-words.ts';
import { allowThere } from './judge-reach.ts';
import { isAnnouncing, isOnLink, isReachedByTcp } from './signs.ts';

/** Where it is known that it answered, one may have been lost. */
const WITHHELD_FROM_ANSWERS = 2;

/** Which way multicast goes between the two, and who stops it. */
export function judgeMulticast(evidence: HostEvidence): Verdict | undefined {
  if (!isOnLink(evidence)) return undefined;
  const [out, back] = [isHeardThere(evidence), evidence.fromHost === 'heard'];
  if (out && back) return ok('Multicast goes both ways.');
  if (evidence.toHost.kind === 'untried' && evidence.fromHost === 'untried') return undefined;
  return blameHere(evidence) ?? blameThere(evidence, out) ?? blameNetwork(evidence, out, back);
}

function isHeardThere({ toHost, peer }: HostEvidence): boolean {
  return toHost.kind === 'answered' || peer?.heardMulticast === true;
}

function blameHere(evidence: HostEvidence): Verdict | undefined {
  const { platform, toHost, hearsItself, withheld, profile, fromHost } = evidence;
  const remedy = listRemedies(platform).filtered;
  if (toHost.kind === 'failed') {
    return problem(`A firewall on this machine does not let multicast out (${toHost.code}).`, remedy, 'firewall-here');
  }
  if (hearsItself === false) {
    return problem('A firewall on this machine drops UDP port 5353, its own packets too.', remedy, 'firewall-here');
  }
  if (fromHost === 'heard') return undefined;
  if (withheld !== undefined && withheld >= (isHeardThere(evidence) ? WITHHELD_FROM_ANSWERS : WITHHELD_FROM)) {
    return problem(
      'Multicast of others arrives at this machine and is given to no program: a firewall on it drops UDP port 5353.',
      remedy,
      'firewall-here',
    );
  }
  if (profile !== 'public') return undefined;
  return problem(
    'Windows takes this network for public, where it lets no multicast of others in.',
    PUBLIC_NETWORK_REMEDY,
    'windows-profile',
  );
}

function blameThere(evidence: HostEvidence, out: boolean): Verdict | undefined {
  const { peer, udp } = evidence;
  const host = nameHost(evidence);
  if (peer?.sendFailure !== undefined) {
    return problem(
      `A firewall on ${host} does not let its multicast out.`,
      allowThere('UDP port 5353, both ways,'),
      'firewall-there',
    );
  }
  // Its other ports answer, and so would this one, if only with a refusal.
  const isPortDropped = udp.kind === 'silent' && isReachedByTcp(evidence) && isAnnouncing(evidence);
  if (out || !isPortDropped) return undefined;
  return problem(
    `A firewall on ${host} drops UDP port 5353, by unicast as by multicast.`,
    allowThere('UDP port 5353'),
    'firewall-there',
  );
}

function blameNetwork(evidence: HostEvidence, out: boolean, back: boolean): Verdict {
  const { isWireless } = evidence;
  const host = nameHost(evidence);
  if (!out && !back && !isAnnouncing(evidence)) {
    return warning(
      `Nobody on ${host} answers by multicast: no ambassador is known to run there, and without one it is not known whether multicast gets there.`,
      `Start one there, such as ambassador announce web:3000 --peer-port ${PEER_PORT}, and look again.`,
      'nothing-announced',
    );
  }
  if (out && !back) {
    return problem(
      `What this machine multicasts arrives at ${host}, and what that one multicasts does not arrive here: its firewall does not let UDP port 5353 out, or the network passes multicast one way only.`,
      `Run ambassador doctor on that machine, which tells the two apart, and name it here with --peer ${nameTyped(evidence)} meanwhile.`,
      'multicast-one-way',
    );
  }
  const what = out || back ? 'in one direction' : 'in both directions, and unicast passes';
  if (isWireless) {
    return problem(
      `The access point keeps multicast between this machine and ${host} back ${what}.`,
      `Allow multicast in the access point (multicast filtering, "multicast to unicast", guest network), or name the other machine with --peer ${nameTyped(evidence)}.`,
      'access-point',
    );
  }
  return problem(
    `The network keeps multicast between this machine and ${host} back ${what}, as a switch does that snoops on IGMP where nobody queries.`,
    `Switch IGMP and MLD snooping off in the switch, or an IGMP querier on, or name the other machine with --peer ${nameTyped(evidence)}.`,
    'igmp-snooping',
  );
}
