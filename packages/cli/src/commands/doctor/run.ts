import { systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import { explainRefusal, listMeshIds, Mesh, MeshPeers } from '@mdns-ambassador/mesh';
import type { PeerPlace } from '@mdns-ambassador/peers';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { readInterfaceNames } from '../../network/local-network.ts';
import { runProgram } from '../../network/run-program.ts';
import { waitForAbort } from '../../process/stopping.ts';
import { readMeshRequest } from '../../requests/mesh-request.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { readWord } from '../words.ts';
import type { Finding } from './findings/finding.ts';
import { formatFindings } from './findings/finding-lines.ts';
import { examineHost } from './host/examine-host.ts';
import { parseTarget } from './host/target.ts';
import { describeMesh, diagnose } from './machine/diagnose.ts';
import { gatherFacts } from './machine/gather.ts';
import { formatReport } from './self-test/report.ts';
import { runSelfTest } from './self-test/run-self-test.ts';

/** `ambassador doctor [HOST] [--self-test]` */
export async function runDoctor(invocation: Invocation): Promise<number> {
  const { words, surroundings } = invocation;
  const settings = addSharedOptions(invocation.settings, await loadConfig(invocation.settings));
  if (settings.isSet('self-test')) return testMyself(invocation, settings);
  const { stdout, shutdown } = surroundings;
  const stopped = waitForAbort(shutdown.signal).then(() => undefined);
  const target = readWord(words, { command: 'doctor', kind: 'machine', origin: 'HOST' }, parseTarget);
  const findings = await Promise.race([examine(invocation, settings, target), stopped]);
  if (findings === undefined) return EXIT_OK;
  if (settings.isSet('json')) stdout.json(findings);
  else for (const line of formatFindings(findings, stdout.style)) stdout.line(...line);
  return findings.some(({ status }) => status === 'problem') ? EXIT_UNAVAILABLE : EXIT_OK;
}

async function examine(
  { surroundings }: Invocation,
  settings: Settings,
  target: PeerPlace | undefined,
): Promise<readonly Finding[]> {
  const { platform, env, pid, version } = surroundings;
  const mesh = readMeshRequest(settings, surroundings);
  const network = systemNetwork({ interfaceNames: readInterfaceNames(settings, platform), platform });
  const context = { network, platform, env, pid, clock: systemClock, run: runProgram };
  const described = mesh === undefined ? [] : [describeMesh(mesh, Date.now())];
  if (target === undefined) {
    const { facts } = await gatherFacts(context);
    return [...diagnose(facts), ...described];
  }
  const meshIds = mesh === undefined ? undefined : listMeshIds(mesh.ring);
  // A token is for one role of one service.
  const isMember = mesh === undefined || explainRefusal(mesh.ring, 'peer', '') === undefined;
  const security =
    mesh === undefined || !isMember ? undefined : new MeshPeers({ mesh: new Mesh(mesh.ring, { clock: systemClock }) });
  const peers = isMember ? (security === undefined ? {} : { security }) : undefined;
  try {
    const { facts, findings } = await examineHost(target, { ...context, version, meshIds, peers });
    return [...diagnose(facts), ...described, ...findings];
  } finally {
    security?.close();
  }
}

async function testMyself({ words, surroundings }: Invocation, settings: Settings): Promise<number> {
  if (words.length > 0) {
    throw new CliError(
      EXIT_USAGE,
      `--self-test looks at this machine alone, and "${words[0]}" is named; leave one out`,
    );
  }
  const { stdout } = surroundings;
  const report = await runSelfTest(readInterfaceNames(settings, surroundings.platform), surroundings);
  if (settings.isSet('json')) stdout.json(report);
  else for (const line of formatReport(report, stdout.style)) stdout.line(...line);
  return report.steps.every(({ status }) => status === 'ok') ? EXIT_OK : EXIT_UNAVAILABLE;
}
