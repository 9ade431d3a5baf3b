import { EXIT_CONFIG } from '../../exit/exit-codes.ts';
import { parseServiceName } from '../../parse/service-name.ts';
import { readGiven, type Settings } from '../../settings/settings.ts';

/** The services that `--announce` or `--proxy` names; what a file has under such a key is something else. */
export function listNamed(settings: Settings, role: 'announce' | 'proxy'): readonly string[] {
  return settings
    .find(role)
    .filter(({ exitCode }) => exitCode !== EXIT_CONFIG)
    .map((given) => readGiven(given, parseServiceName));
}
