import type { HostEvidence, TcpTry } from './evidence.ts';

/** A firewall of this machine refuses to send: netfilter and Windows' filtering platform. */
const FORBIDDEN_CODES: readonly string[] = ['EPERM', 'EACCES'];
/** What a router, or a firewall that is polite, answers in a host's place. */
const UNREACHABLE_CODES: readonly string[] = ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'];

/** Something came from it by unicast: it is on, and there is a way there and back. */
export function isReachedByUnicast(evidence: HostEvidence): boolean {
  const { udp, toHost } = evidence;
  const isAnsweredByUdp = udp.kind === 'answered' || udp.kind === 'refused' || toHost.kind === 'answered';
  return isAnsweredByUdp || isReachedByTcp(evidence);
}

/** Its TCP ports answer, be it with a refusal. */
export function isReachedByTcp({ tcp, peer }: HostEvidence): boolean {
  return peer !== undefined || tcp.some(({ outcome }) => outcome.kind === 'connected' || outcome.kind === 'refused');
}

/** An ambassador runs there, or something else that announces. */
export function isAnnouncing({ announced, peer, tcp }: HostEvidence): boolean {
  const isPeer = tcp.some(({ use, outcome }) => use === 'peers' && outcome.kind === 'connected');
  return announced.length > 0 || peer !== undefined || isPeer;
}

export function isForbiddenHere({ tcp, udp, toHost }: HostEvidence): boolean {
  return [udp, toHost, ...tcp.map(({ outcome }) => outcome)].some(
    (outcome) => outcome.kind === 'failed' && FORBIDDEN_CODES.includes(outcome.code),
  );
}

/** XNU's answer to what Local Network privacy forbids; the system's own programs and its link layer know better. */
export function isWithheldByMacos(evidence: HostEvidence): boolean {
  const { platform, path, neighbour, doesSystemReach, tcp, udp, toHost } = evidence;
  if (platform !== 'darwin' || (doesSystemReach !== true && neighbour !== 'answers')) return false;
  const codes = [udp, toHost, ...tcp.map(({ outcome }) => outcome)].map((one) =>
    one.kind === 'failed' ? one.code : '',
  );
  return (path.kind === 'none' && path.code === 'EHOSTUNREACH') || codes.includes('EHOSTUNREACH');
}

/** Nothing came back, or somebody said in its place that there is no way. */
export function isUnanswered({ outcome }: TcpTry): boolean {
  return outcome.kind === 'silent' || (outcome.kind === 'failed' && UNREACHABLE_CODES.includes(outcome.code));
}

/** An interface of this machine is in its network. */
export function isOnLink({ path }: HostEvidence): boolean {
  return path.kind === 'via' && path.homes.includes(path.interfaceName);
}
