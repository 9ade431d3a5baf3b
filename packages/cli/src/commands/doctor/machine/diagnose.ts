import type { LinkCheck } from '@mdns-ambassador/mdns';
import { describeMay, type KeyRing, listMeshIds, warnOfEnd } from '@mdns-ambassador/mesh';
import { describeHiddenInterfaces, describeWsl, LOCAL_NETWORK_REMEDY } from '../../../output/network-lines.ts';
import { countThings, joinWords } from '../../../output/phrases.ts';
import type { MeshRequest } from '../../../requests/mesh-request.ts';
import { type Finding, type MachineCheck, ok, problem, type Verdict, warning } from '../findings/finding.ts';
import { listRemedies } from '../findings/remedies.ts';
import type { Facts } from './facts.ts';
import { judgePort } from './judge-port.ts';
import { judgeProfile } from './judge-profile.ts';
import { listLinks } from './link-words.ts';
import { WITHHELD_FROM } from './multicast-tally.ts';

type CheckedLink = LinkCheck & { readonly outcome: { readonly kind: 'open' } };

/** No machine that this runs on was set to an earlier time on purpose: 2026-01-01. */
const EARLIEST_PLAUSIBLE_MS = Date.UTC(2026, 0, 1);

/** What the facts mean, one finding for each check, in the order in which to read them. */
export function diagnose(facts: Facts): readonly Finding[] {
  return CHECKS.map(([check, judge]) => ({ check, ...judge(facts) }));
}

const CHECKS: readonly (readonly [MachineCheck, (facts: Facts) => Verdict])[] = [
  ['interfaces', judgeInterfaces],
  ['skipped', judgeSkipped],
  ['port', judgePort],
  ['loopback', judgeLoopback],
  ['firewall', judgeFirewall],
  ['profile', judgeProfile],
  ['answers', judgeAnswers],
  ['records', judgeRecords],
  ['route', judgeRoute],
  ['container', judgeContainer],
  ['ipv6', judgeIPv6],
  ['clock', judgeClock],
];

/** A key file that can be used; what is wrong with one ends the command. */
export function describeMesh({ path, ring }: Pick<MeshRequest, 'path' | 'ring'>, now: number): Finding {
  const [current, previous] = listMeshIds(ring);
  const also = previous === undefined ? '' : `, and ${previous} is still accepted`;
  const use = ring.kind === 'bundle' ? `; it is a token to ${ring.bundle.role} ${ring.bundle.service}` : '';
  const what = `The key file ${path} is of mesh ${current}${also}${use}`;
  return { check: 'mesh', ...(ring.kind === 'member' ? judgeMembership(what, ring, now) : ok(`${what}.`)) };
}

function judgeMembership(what: string, { membership }: KeyRing & { readonly kind: 'member' }, now: number): Verdict {
  const { machine, may, expiresAt } = membership.parts[0].identity;
  const ends = new Date(expiresAt).toISOString();
  const message = `${what}; this machine is ${machine}, a member that may ${describeMay(may)}, until ${ends}.`;
  const { kind } = warnOfEnd(expiresAt, now);
  switch (kind) {
    case 'none':
      return ok(message);
    case 'ends':
      return warning(
        message,
        'Any keeper that it meets renews it: bring one onto this network, or have one invite it anew.',
      );
    case 'ended':
      return problem(message, 'Nobody accepts it any more: have a keeper invite it anew (ambassador mesh invite).');
    default:
      return kind satisfies never;
  }
}

function judgeInterfaces({ interfaces, skipped, areInterfacesHidden }: Facts): Verdict {
  if (areInterfacesHidden) return problem(...describeHiddenInterfaces());
  const usable = interfaces.filter(({ loopback }) => !loopback);
  if (usable.length > 0) return ok(`mDNS is spoken on ${joinWords(usable.map(({ name }) => name))}.`);
  const [left] = skipped;
  return problem(
    'No network interface is up that reaches other machines by multicast.',
    left === undefined
      ? 'Connect to a network, or bring its interface up and give it an address.'
      : `Connect to a network, or use ${left.name} with --interface ${left.name}.`,
  );
}

function judgeSkipped({ skipped }: Facts): Verdict {
  if (skipped.length === 0) return ok('No interface that is up is left out.');
  const named = joinWords(skipped.map(({ name, reason }) => `${name} (${reason})`));
  return ok(
    `${named} ${skipped.length === 1 ? 'is' : 'are'} left out on purpose.`,
    'Name one with --interface to use it.',
  );
}

/** Packets that don't come back on any port: multicast itself is not looped back. */
function judgeLoopback(facts: Facts): Verdict {
  const deaf = listOpen(facts).filter((link) => isDeaf(link) && !isFiltered(facts, link));
  if (listOpen(facts).length === 0) return warning('Whether own packets come back could not be tried.', '');
  if (deaf.length === 0) return ok('Programs on this machine can hear each other.');
  return weigh(facts, {
    message: `What this machine sends by multicast on ${listLinks(deaf)} does not come back to it.`,
    remedy: listRemedies(facts.platform).notLooped,
  });
}

/** Port 5353 alone is silent: something filters it. */
function judgeFirewall(facts: Facts): Verdict {
  const filtered = listOpen(facts).filter((link) => isFiltered(facts, link));
  if (listOpen(facts).length === 0) return warning('Whether a firewall drops UDP port 5353 could not be tried.', '');
  const forbidden = filtered.filter(({ outcome }) => isForbidden(facts, outcome));
  if (forbidden.length > 0) {
    return weigh(facts, {
      message: `macOS does not let this program use the local network on ${listLinks(forbidden)}.`,
      remedy: LOCAL_NETWORK_REMEDY,
    });
  }
  if (filtered.length === 0) return judgeUnseenFilter(facts);
  return weigh(facts, {
    message: `A firewall on this machine drops UDP port 5353 on ${listLinks(filtered)}.`,
    remedy: listRemedies(facts.platform).filtered,
  });
}

/** A filter of what others send leaves own packets alone. */
function judgeUnseenFilter(facts: Facts): Verdict {
  if (listOpen(facts).some(({ outcome }) => outcome.others > 0))
    return ok('What this machine and others send to UDP port 5353 is heard.');
  if (listOpen(facts).some(isDeaf)) return judgeSilence(facts);
  return warning(
    "Nothing of this machine's own is dropped on UDP port 5353; whether a firewall drops what others send can't be known, for nobody else was heard.",
    listRemedies(facts.platform).othersUnheard,
  );
}

/** Nothing comes, of whatever port: who stops it is known where the kernel counts what has come. */
function judgeSilence(facts: Facts): Verdict {
  const { withheld = 0, platform } = facts;
  if (withheld < WITHHELD_FROM) {
    return warning(
      "Nothing was heard on UDP port 5353, nor did all of this machine's own come back; whether a firewall drops it can't be known.",
      listRemedies(platform).othersUnheard,
    );
  }
  return weigh(facts, {
    message:
      "Multicast arrives at this machine and is given to no program, this machine's own neither: a firewall on it drops what comes in.",
    remedy: listRemedies(platform).filtered,
  });
}

function judgeAnswers(facts: Facts): Verdict {
  const open = listOpen(facts).filter(({ interfaceName }) => !isLoopback(facts, interfaceName));
  if (open.length === 0) return warning('Nobody else could be asked.', '');
  const most = (pick: (link: CheckedLink) => number): number => Math.max(...open.map(pick));
  const answering = most(({ outcome }) => outcome.answering);
  if (answering > 0)
    return ok(`${countThings(answering, 'other host')} answered, and one answer may stand for several hosts.`);
  const others = most(({ outcome }) => outcome.others);
  if (others > 0)
    return ok(
      `${countThings(others, 'other host')} ${others === 1 ? 'was' : 'were'} heard, and nobody has a service to tell of.`,
    );
  const names = new Set(open.map(({ interfaceName }) => interfaceName));
  const wireless = facts.interfaces.find(({ name, isWireless }) => isWireless && names.has(name));
  return warning(
    'Nobody else answered: either no other machine here speaks mDNS, or the network keeps machines apart.',
    wireless === undefined
      ? 'Run ambassador announce on another machine and look again; if that is not seen either, allow multicast and port 5353 in the switch, the access point, and the other machine’s firewall.'
      : `Look for client isolation (AP isolation, guest network) or multicast filtering in the access point that ${wireless.name} uses, and switch it off.`,
  );
}

function judgeRoute({ defaultRoute }: Facts): Verdict {
  if (defaultRoute === undefined) return ok('Where the default route leads is not known on this system.');
  if (defaultRoute === 'none') return ok('There is no default route, and mDNS needs none.');
  const { interfaceName, isTunnel } = defaultRoute;
  if (!isTunnel) return ok(`The default route leads through ${interfaceName}.`);
  return warning(
    `The default route leads into a VPN (${interfaceName}), which may keep this machine from its own network.`,
    "Allow access to the local network in the VPN's settings (split tunnel), or leave the VPN while others are to be found.",
  );
}

function judgeContainer({ container, isBehindWindows }: Facts): Verdict {
  if (isBehindWindows && container?.hasOwnNetwork !== true) return warning(...describeWsl());
  if (container === undefined) return ok('This is no container, or none that shows.');
  if (!container.hasOwnNetwork) return ok(`This ${container.runtime} container uses the network of its host.`);
  return warning(
    `This ${container.runtime} container has a network of its own: multicast reaches its neighbours on that bridge and nobody else.`,
    'Run it with --network host (network_mode: host), or run ambassador on the host.',
  );
}

function judgeIPv6({ interfaces }: Facts): Verdict {
  const usable = interfaces.filter(({ loopback }) => !loopback);
  if (usable.length === 0) return ok('There is no interface that could have an IPv6 address.');
  const without = usable.filter(({ hasIPv6 }) => !hasIPv6).map(({ name }) => name);
  if (without.length === 0) return ok('IPv6 is on.');
  return ok(
    `IPv6 is off on ${joinWords(without)}: machines that have IPv6 alone are not reached there.`,
    'Nothing needs it unless there are such machines.',
  );
}

function judgeClock({ clock, platform }: Facts): Verdict {
  const { clock: how } = listRemedies(platform);
  const now = new Date(clock.wallClock).toISOString();
  if (clock.wallClock < EARLIEST_PLAUSIBLE_MS) {
    return warning(
      `The clock says ${now}, which is in the past: secure connections to other machines will fail.`,
      `Set the clock, or let it be set (${how}).`,
    );
  }
  if (clock.isSynchronized === false) {
    return warning(
      `The clock says ${now} and is not synchronised: discovery does not need it, secure connections do.`,
      `Let it be set (${how}).`,
    );
  }
  return ok(`The clock says ${now}; whether other machines agree can't be known from here.`);
}

function listOpen({ links }: Facts): readonly CheckedLink[] {
  return links.filter((link): link is CheckedLink => link.outcome.kind === 'open');
}

function isDeaf({ outcome }: CheckedLink): boolean {
  return !outcome.hearsItself;
}

function isFiltered({ controlHeardOn }: Facts, link: CheckedLink): boolean {
  return isDeaf(link) && (link.outcome.sendErrors > 0 || controlHeardOn.includes(link.interfaceName));
}

/** XNU's answer to what Local Network privacy forbids; on other systems it says that there is no way to there. */
function isForbidden({ platform }: Facts, { sendErrorCode }: CheckedLink['outcome']): boolean {
  return platform === 'darwin' && sendErrorCode === 'EHOSTUNREACH';
}

function isLoopback({ interfaces }: Facts, name: string): boolean {
  return interfaces.some((one) => one.name === name && one.loopback);
}

/** Discovery goes on as long as one link works. */
function weigh(facts: Facts, { message, remedy }: { readonly message: string; readonly remedy: string }): Verdict {
  return listOpen(facts).every(isDeaf) ? problem(message, remedy) : warning(message, remedy);
}

function judgeRecords({ refusedRecords }: Facts): Verdict {
  if (refusedRecords === undefined) return warning('Whether all that is announced is seen could not be tried.', '');
  const { on, count } = refusedRecords;
  if (on.length === 0) return ok('What is announced is within the limits of what is kept.');
  return warning(
    `More is announced on ${joinWords(on)} than is kept, so not every instance is seen; ${countThings(count, 'record')} found no room.`,
    'Name those that are missed with --from static:HOST:PORT.',
  );
}
