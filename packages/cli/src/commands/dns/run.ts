import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import { readMeshRequest } from '../../requests/mesh-request.ts';
import { EMPTY_PLAN, type Plan, readNames } from '../../requests/plan.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { refuseWords } from '../words.ts';
import type { Direction } from './setup/setup-lines.ts';

/** `ambassador dns` */
export async function runDns(invocation: Invocation): Promise<number> {
  const { surroundings, words } = invocation;
  const instead = `write ambassador proxy ${words[0]} --dns to have it proxied under its name`;
  refuseWords(words, 'dns', `it answers for all that are there; ${instead}`);
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const names = readNames(config?.dns === undefined ? settings : settings.withFallback(config.dns));
  const direction = readDirection(settings);
  if (direction !== undefined) {
    const { runSetup } = await import('./setup/run-setup.ts');
    return runSetup(direction, names, settings, surroundings);
  }
  const plan: Plan = { ...EMPTY_PLAN, dns: [names] };
  const mesh = readMeshRequest(settings, surroundings);
  const daemon = await Daemon.open({
    command: 'dns',
    settings,
    surroundings,
    mesh,
    plan,
    farewell: 'no more answers',
  });
  return daemon.run();
}

function readDirection(settings: Settings): Direction | undefined {
  const directions = (['install', 'uninstall'] as const).filter((direction) => settings.isSet(direction));
  if (directions.length > 1) throw new CliError(EXIT_USAGE, '--install and --uninstall: write one of them');
  if (directions.length === 0 && settings.isSet('write')) {
    throw new CliError(EXIT_USAGE, '--write: nothing is written without --install or --uninstall; add one of them');
  }
  return directions[0];
}
