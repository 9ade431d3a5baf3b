import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readConfigText } from '../../config/read-config.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_NO_INPUT, EXIT_OK, EXIT_REFUSED } from '../../exit/exit-codes.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { describeMode } from '../../output/mesh-lines.ts';
import { joinWords } from '../../output/phrases.ts';
import { writeOwnFile } from '../../process/own-file.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readMode } from '../../requests/mesh-request.ts';
import { readUpRequest } from '../../requests/up-request.ts';
import type { Settings } from '../../settings/settings.ts';
import { findConfig, nameSystemConfig, nameUserConfig } from '../../settings/usual-config.ts';
import { describeDuty, nameKey } from './duty.ts';
import { requireHost, type ServicePlace } from './place.ts';
import { explainRefusal } from './refuse.ts';
import type { Site } from './site.ts';
import { printSteps, runSteps } from './steps.ts';

/** `ambassador service install` */
export async function installService(
  { site, host, file }: ServicePlace,
  own: Settings,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout } = surroundings;
  const config = resolve(findServiceConfig(site, own, surroundings));
  const text = readConfigText(config);
  const asked = readUpRequest(config, text, own, surroundings);
  const request = readUpRequest(config, text, nameKey(own, asked, site.scope), surroundings);
  await checkSourceFiles(request.plan.proxy.map(({ origins }) => origins));
  const duty = describeDuty(config, isReadableByAll(config), request, own, site.scope);
  const refusal = explainRefusal(site, duty);
  if (refusal !== undefined) throw new CliError(EXIT_REFUSED, refusal);
  const unit = host.write(duty);
  if (own.isSet('dry-run')) {
    stdout.line(`${host.path}:`);
    for (const line of unit.trimEnd().split(/\r?\n/)) stdout.line(line === '' ? '' : `  ${line}`);
    printSteps(
      host.install.filter(({ when }) => when !== 'same'),
      stdout,
    );
    stdout.line('Nothing was changed.');
    return EXIT_OK;
  }
  requireHost(site, host, 'install');
  const isChanged = writeOwnFile(file, unit);
  await runSteps(
    host.install.filter(({ when }) => when === undefined || when === (isChanged ? 'changed' : 'same')),
    `${host.path} is written`,
    `look with ${joinWords(host.look, 'or')}; ambassador service uninstall takes it back`,
  );
  stdout.line(describeMode(readMode(request.mesh, request.settings)));
  stdout.line(`${host.name} runs everything in ${config} ${host.when}${isChanged ? '' : ', as before'}`);
  stdout.line(`To look at it: ${joinWords(['ambassador service status', ...host.look], 'or')}`);
  return EXIT_OK;
}

/** What is in the folder one happens to stand in is no service's, and what is a user's is not the machine's. */
function findServiceConfig({ scope }: Site, settings: Settings, { env, platform }: Surroundings): string {
  const usual = scope === 'system' ? nameSystemConfig(env, platform) : nameUserConfig(env);
  if (settings.find('config').length > 0) return findConfig(settings, { env, platform }).file;
  if (statSync(usual, { throwIfNoEntry: false }) !== undefined) return usual;
  throw new CliError(
    EXIT_NO_INPUT,
    `there is no ${usual}; write one (ambassador up --help), or name a file with --config`,
  );
}

function isReadableByAll(path: string): boolean {
  return (statSync(path).mode & 0o004) !== 0;
}
