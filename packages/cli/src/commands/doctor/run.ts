import { systemNetwork } from '@mdns-ambassador/mdns';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { readInterfaceNames } from '../../network/local-network.ts';
import { readMeshRequest } from '../../requests/mesh-request.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Invocation } from '../command.ts';
import { describeMesh, diagnose } from './diagnose.ts';
import { formatFindings } from './finding-lines.ts';
import { gatherFacts } from './gather.ts';

/** `ambassador doctor` */
export async function examineMachine({ words, settings: own, surroundings }: Invocation): Promise<number> {
  if (words.length > 0) {
    throw new CliError(EXIT_USAGE, `doctor takes no words, and "${words[0]}" is one; write ambassador doctor alone`);
  }
  const settings = addSharedOptions(own, await loadConfig(own));
  const { platform, env, stdout } = surroundings;
  const mesh = readMeshRequest(settings, platform);
  const network = systemNetwork({ interfaceNames: readInterfaceNames(settings, platform), platform });
  const findings = [
    ...diagnose(await gatherFacts(network, platform, env)),
    ...(mesh === undefined ? [] : [describeMesh(mesh)]),
  ];
  if (settings.isSet('json')) stdout.json(findings);
  else for (const line of formatFindings(findings, stdout.style)) stdout.line(...line);
  return findings.some(({ status }) => status === 'problem') ? EXIT_UNAVAILABLE : EXIT_OK;
}
