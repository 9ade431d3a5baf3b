import { escapeText } from '../../../output/escape.ts';
import { joinWords, lowerFirst } from '../../../output/phrases.ts';
import { ok, problem, type Verdict, warning } from '../findings/finding.ts';
import { listRemedies } from '../findings/remedies.ts';
import type { HostEvidence, TcpTry } from './evidence.ts';
import { nameHost } from './host-words.ts';
import { isForbiddenHere, isOnLink, isReachedByUnicast, isUnanswered } from './signs.ts';

/** Whether anything at all comes back from there. */
export function judgeReach(evidence: HostEvidence): Verdict {
  const { fromHost, neighbour } = evidence;
  const host = nameHost(evidence);
  if (isReachedByUnicast(evidence)) return ok(`${host} answers.`);
  if (isForbiddenHere(evidence)) {
    return problem(
      `A firewall on this machine does not let out what is for ${host}.`,
      `Allow it; ${lowerFirst(listRemedies(evidence.platform).filtered)}`,
      'firewall-here',
    );
  }
  if (!isOnLink(evidence)) {
    return problem(
      `Nothing comes back from ${host}, which is in another network.`,
      'See that it is on and has this address, and that no router or firewall between keeps the two networks apart.',
      'unreachable',
    );
  }
  if (fromHost === 'heard' && neighbour === 'silent')
    return judgeIsolation(`${host} is heard by multicast, and can't be reached`);
  if (fromHost === 'heard' || neighbour === 'answers') {
    return problem(
      `${host} is there, and answers nothing that is sent to it: a firewall on that machine drops it.`,
      allowThere('what comes from this network'),
      'firewall-there',
    );
  }
  return judgeAbsence(evidence, host);
}

/** Not even the link layer knows it. */
function judgeAbsence(evidence: HostEvidence, host: string): Verdict {
  const { neighbour, gateway, othersOnLink, path } = evidence;
  const on = path.kind === 'via' ? path.interfaceName : '';
  if (othersOnLink > 0) {
    return problem(
      `Nobody has the address of ${host} on ${on}, where others answer.`,
      'See that the machine is on, in this network, and still has this address; if it has, the network keeps the two apart (client isolation).',
      'host-off',
    );
  }
  if (neighbour === 'silent' && gateway === 'answers') {
    return judgeIsolation(`The gateway answers, and ${host} and everybody else do not`);
  }
  if (gateway === 'silent' || gateway === 'none') {
    return problem(
      `Nobody at all answers on ${on}, ${host} as little as others.`,
      'See that the cable or the Wi-Fi of this machine is connected to the network that it seems to be, and that the other machine is on.',
      'nobody-on-link',
    );
  }
  return problem(
    `Nothing comes back from ${host}.`,
    'See that the machine is on and in this network, and run ambassador doctor there, too.',
    'unreachable',
  );
}

function judgeIsolation(how: string): Verdict {
  return problem(
    `${how}: the network keeps its machines apart (client isolation).`,
    'Switch client isolation (AP isolation, guest network, port isolation) off in the access point or switch, or connect both machines by a cable, or to the hotspot of one of them.',
    'client-isolation',
  );
}

/** Whether it can connect to this machine. */
export function judgeBack(evidence: HostEvidence): Verdict | undefined {
  const { peer, platform, isTranslated } = evidence;
  const host = nameHost(evidence);
  if (peer?.isReached === undefined || !isOnLink(evidence)) return undefined;
  if (peer.isReached) return ok(`${host} can connect to this machine.`);
  if (isTranslated) {
    return problem(
      `${host} sees this machine at ${escapeText(peer.seenAs)}, which is no address of its own, and can't connect to it: a NAT is between the two.`,
      'Connect both machines to one network (a container with --network host, a virtual machine with a bridged adapter), or announce on that side of the NAT.',
      'nat',
    );
  }
  return problem(
    `${host} can't connect to this machine: a firewall on this one drops TCP that comes in.`,
    listRemedies(platform).tcpDropped,
    'firewall-here',
  );
}

/** Whether what is to be connected to there can be. */
export function judgeTcp(evidence: HostEvidence): Verdict {
  const { tcp, announced } = evidence;
  const host = nameHost(evidence);
  const wanted = tcp.filter(({ use }) => use !== 'known');
  const isEverySilent = tcp.length > 0 && tcp.every(isUnanswered);
  const dropped = isEverySilent ? tcp : wanted.filter((one) => one.use === 'service' && isUnanswered(one));
  const [peers] = wanted.filter(({ use }) => use === 'peers');
  if (dropped.length > 0) {
    const ports = listPorts(dropped);
    return problem(
      `${host} is there, and TCP ${ports} ${dropped.length === 1 ? 'does' : 'do'} not answer: a firewall on that machine drops what comes in.`,
      allowThere(`TCP ${listPorts(wanted.length > 0 ? wanted.filter(isUnanswered) : dropped)}`),
      'firewall-there',
    );
  }
  const [closed] = wanted.filter(({ use, outcome }) => use === 'service' && outcome.kind === 'refused');
  if (closed !== undefined) {
    const name = announced.find(({ port }) => port === closed.port)?.instance ?? 'a service';
    return warning(
      `${host} announces "${escapeText(name)}" on port ${closed.port}, and nothing listens there.`,
      'See that the service runs on that machine, and listens on its address in this network rather than on localhost alone.',
      'service-down',
    );
  }
  if (peers !== undefined && isUnanswered(peers)) {
    return warning(
      `Other TCP ports of ${host} answer, and ${peers.port} (peers) does not: a firewall on that machine drops it.`,
      allowThere(`TCP port ${peers.port}`),
      'firewall-there',
    );
  }
  const connected = tcp.filter(({ outcome }) => outcome.kind === 'connected');
  if (connected.length > 0) return ok(`TCP ${listPorts(connected)} can be connected to.`);
  return ok('TCP gets there, and nothing listens on what was tried.');
}

function listPorts(tries: readonly TcpTry[]): string {
  const ports = tries.map(({ port }) => String(port));
  return `${ports.length === 1 ? 'port' : 'ports'} ${joinWords(ports)}`;
}

/** What to do on the other machine, whose system is not known. */
export function allowThere(what: string): string {
  return `Allow ${what} in the firewall of that machine: Linux ufw allow or firewall-cmd, macOS System Settings > Network > Firewall, Windows Security > Firewall & network protection (node.exe).`;
}
