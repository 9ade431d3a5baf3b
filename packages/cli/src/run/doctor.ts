import { systemNetwork } from '@mdns-ambassador/mdns';
import { CliError } from '../cli-error.ts';
import type { Invocation } from '../command.ts';
import { describeMesh, diagnose } from '../doctor/diagnose.ts';
import { gatherFacts } from '../doctor/gather.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '../exit-codes.ts';
import { readMeshRequest } from '../mesh-request.ts';
import { formatFindings } from '../output/finding-lines.ts';
import { addSharedOptions, loadConfig } from '../settings/service-requests.ts';
import { readInterfaceNames } from './local-network.ts';

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
