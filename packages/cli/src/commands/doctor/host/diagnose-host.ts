import type { Cause } from '../findings/cause.ts';
import type { Finding, FindingStatus, HostCheck, Verdict } from '../findings/finding.ts';
import type { HostEvidence } from './evidence.ts';
import { listEvidence } from './host-words.ts';
import { judgeMulticast } from './judge-multicast.ts';
import { judgeHost, judgePath } from './judge-path.ts';
import { judgeClocks, judgeMembership, judgeVersions } from './judge-peer.ts';
import { judgeBack, judgeReach, judgeTcp } from './judge-reach.ts';

/** What judges a stage, undefined where there is nothing to say, and after what everything that follows would only repeat it. */
type CheckStage = readonly [HostCheck, (evidence: HostEvidence) => Verdict | undefined, ...ends: FindingStatus[]];

const STAGES: readonly CheckStage[] = [
  ['host', judgeHost, 'warning', 'problem'],
  ['path', judgePath, 'problem'],
  ['reach', judgeReach, 'problem'],
  ['tcp', judgeTcp],
  ['back', judgeBack],
  ['multicast', judgeMulticast],
  ['membership', judgeMembership],
  ['clocks', judgeClocks],
  ['versions', judgeVersions],
];

/** For these nothing was tried, or their message is all that is known of them. */
const WITHOUT_EVIDENCE: ReadonlySet<Cause> = new Set<Cause>([
  'unknown-name',
  'own-address',
  'no-route',
  'mesh-there',
  'mesh-here',
  'other-mesh',
  'clock',
  'version',
]);

/** What the evidence means, in the order in which to read it; ends with what stops all that would follow. */
export function diagnoseHost(evidence: HostEvidence): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [check, judge, ...ends] of STAGES) {
    const verdict = judge(evidence);
    if (verdict === undefined) continue;
    const isShown = verdict.cause !== undefined && !WITHOUT_EVIDENCE.has(verdict.cause);
    findings.push({ check, ...verdict, ...(isShown ? { evidence: listEvidence(evidence) } : {}) });
    if (ends.includes(verdict.status)) break;
  }
  return findings;
}
