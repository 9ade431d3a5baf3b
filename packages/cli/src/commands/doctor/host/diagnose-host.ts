import type { Finding, HostCheck } from '../findings/finding.ts';
import type { HostEvidence } from './evidence.ts';
import type { HostVerdict } from './host-verdict.ts';
import { judgeMulticast } from './judge-multicast.ts';
import { judgeHost, judgePath } from './judge-path.ts';
import { judgeClocks, judgeMembership, judgeVersions } from './judge-peer.ts';
import { judgeBack, judgeReach, judgeTcp } from './judge-reach.ts';

const STAGES: readonly (readonly [HostCheck, (evidence: HostEvidence) => HostVerdict])[] = [
  ['host', judgeHost],
  ['path', judgePath],
  ['reach', judgeReach],
  ['tcp', judgeTcp],
  ['back', judgeBack],
  ['multicast', judgeMulticast],
  ['membership', judgeMembership],
  ['clocks', judgeClocks],
  ['versions', judgeVersions],
];

/** What the evidence means, in the order in which to read it; ends with what stops all that would follow. */
export function diagnoseHost(evidence: HostEvidence): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [check, judge] of STAGES) {
    const verdict = judge(evidence);
    if (verdict === undefined) continue;
    const { isFinal, ...finding } = verdict;
    findings.push({ check, ...finding });
    if (isFinal === true) break;
  }
  return findings;
}
