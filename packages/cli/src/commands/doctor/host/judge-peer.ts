import { escapeText } from '../../../output/escape.ts';
import { joinWords } from '../../../output/phrases.ts';
import { ok, problem, type Verdict, warning } from '../findings/finding.ts';
import { listRemedies } from '../findings/remedies.ts';
import type { HostEvidence } from './evidence.ts';
import { nameHost } from './host-words.ts';

/** Nothing on a LAN needs two clocks to agree better. */
const CLOCK_TOLERANCE_MS = 60_000;
/** SECURITY.md: from there on a machine may show certificates that have expired for others. */
const CLOCK_LIMIT_MS = 8 * 3_600_000;

/** Whether both are of one mesh, or of none. */
export function judgeMembership(evidence: HostEvidence): Verdict | undefined {
  const { meshIds: ours } = evidence;
  const theirs = listTheirs(evidence);
  const host = nameHost(evidence);
  if (theirs === undefined) return judgeRefusal(evidence, host);
  const named = joinWords(theirs.map((id) => escapeText(id)));
  if (ours === undefined && theirs.length === 0) return ok('Both machines are in open mode.');
  if (ours === undefined) {
    return problem(
      `${host} is in mesh ${named}, and this command was given no key.`,
      'Give the key of that mesh with --mesh-key-file FILE; ambassador mesh init made it on the first machine.',
      'mesh-there',
    );
  }
  if (theirs.length === 0) {
    return problem(
      `This machine is in mesh ${joinWords(ours)}, and ${host} is in open mode: members do not speak with it.`,
      'Give its ambassador the key of this mesh with --mesh-key-file FILE.',
      'mesh-here',
    );
  }
  if (theirs.some((id) => ours.includes(id))) return ok(`Both machines are in mesh ${named}.`);
  return problem(
    `${host} is in mesh ${named}, and the key here is of mesh ${joinWords(ours)}.`,
    'Copy one key file to both machines (mode 0600), and name it with --mesh-key-file FILE.',
    'other-mesh',
  );
}

/** Somebody listens for peers there, and does not talk with us. */
function judgeRefusal({ peerRefusal, meshIds }: HostEvidence, host: string): Verdict | undefined {
  if (peerRefusal === undefined) return undefined;
  const why = escapeText(peerRefusal).replace(/\.$/, '');
  return warning(
    `The ambassador on ${host} listens for peers and does not talk with this machine (${why}): it may be of another mesh.`,
    meshIds === undefined
      ? 'Give this command the key of its mesh with --mesh-key-file FILE, if it has one.'
      : 'Give both machines the same key with --mesh-key-file FILE.',
    'other-mesh',
  );
}

/** Undefined where nothing is known of it. */
function listTheirs({ peer, announced }: HostEvidence): readonly string[] | undefined {
  if (peer !== undefined) return peer.meshIds;
  if (announced.length === 0) return undefined;
  return [...new Set(announced.flatMap(({ meshId }) => meshId ?? []))];
}

/** Whether the two clocks agree. */
export function judgeClocks(evidence: HostEvidence): Verdict | undefined {
  const ahead = evidence.peer?.clockAheadMs;
  if (ahead === undefined) return undefined;
  const host = nameHost(evidence);
  const difference = Math.abs(ahead);
  if (difference <= CLOCK_TOLERANCE_MS) return ok('The two clocks agree to the minute.');
  const message = `The clock of ${host} is ${describeSpan(difference)} ${ahead > 0 ? 'ahead of' : 'behind'} this one`;
  const remedy = `Have both set by the network (here ${listRemedies(evidence.platform).clock}).`;
  return difference > CLOCK_LIMIT_MS
    ? problem(`${message}: certificates of one machine are not valid for the other.`, remedy, 'clock')
    : warning(`${message}: discovery does not need it, and secure connections fail from 8 hours on.`, remedy, 'clock');
}

function describeSpan(spanMs: number): string {
  const minutes = Math.round(spanMs / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

/** Whether both run the same. */
export function judgeVersions(evidence: HostEvidence): Verdict | undefined {
  const theirs = evidence.peer?.version;
  if (theirs === undefined) return undefined;
  const { version } = evidence;
  if (theirs === version) return ok(`Both machines run ambassador ${version}.`);
  const message = `${nameHost(evidence)} runs ambassador ${escapeText(theirs)}, and this machine ${version}.`;
  if (majorOf(theirs) === majorOf(version)) return ok(message);
  return warning(message, 'Install the same version on both.', 'version');
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}
