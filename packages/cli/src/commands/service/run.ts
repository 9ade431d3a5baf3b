import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import type { Scope } from '../../process/scope.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { SERVICE_ACTIONS, type ServiceAction } from './actions.ts';
import { installService } from './install.ts';
import { locateService, type ServicePlace } from './place.ts';
import { showStatus } from './show-status.ts';
import { chooseScope } from './site.ts';
import { uninstallService } from './uninstall.ts';

/** What the service takes from the command line are the file and the mesh; everything else stands in its file. */
const NOT_HANDED_ON = ['interface', 'peer', 'log-level', 'log-format'];

/** `ambassador service` */
export async function manageService({ words, settings, surroundings }: Invocation): Promise<number> {
  const [word, ...others] = words;
  const action = SERVICE_ACTIONS.find((name) => name === word);
  if (action === undefined || others.length > 0) {
    const what = word === undefined ? 'service does nothing by itself' : `service ${words.join(' ')} is not understood`;
    throw new CliError(EXIT_USAGE, `${what}; write ambassador service ${SERVICE_ACTIONS.join('|')}`);
  }
  const scope = readScope(settings);
  refuseOptions(action, settings);
  const locate = (one: Scope): ServicePlace => locateService(one, surroundings);
  switch (action) {
    case 'install':
      return installService(locate(scope ?? chooseScope()), settings, surroundings);
    case 'uninstall':
      return uninstallService(locate(scope ?? chooseScope()), settings, surroundings.stdout);
    case 'status':
      return showStatus(
        (scope === undefined ? (['system', 'user'] as const) : [scope]).map(locate),
        surroundings.stdout,
      );
    default:
      return action satisfies never;
  }
}

function readScope(settings: Settings): Scope | undefined {
  const scopes = (['user', 'system'] as const).filter((scope) => settings.isSet(scope));
  if (scopes.length > 1) throw new CliError(EXIT_USAGE, '--user and --system: write one of them');
  return scopes[0];
}

function refuseOptions(action: ServiceAction, settings: Settings): void {
  if (action === 'status' && settings.isSet('dry-run')) {
    throw new CliError(EXIT_USAGE, '--dry-run goes with service install and service uninstall; leave it out');
  }
  const stray = NOT_HANDED_ON.flatMap((option) => settings.find(option)).find(({ origin }) => origin.startsWith('--'));
  if (action === 'install' && stray !== undefined) {
    throw new CliError(EXIT_USAGE, `${stray.origin} is not handed on to the service; write it in its file`);
  }
}
