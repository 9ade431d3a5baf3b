import type { OnDemandOptions } from '@mdns-ambassador/announcer';
import type { CheckOptions } from '@mdns-ambassador/checks';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_USAGE } from '../exit/exit-codes.ts';
import { parseDuration } from '../parse/duration.ts';
import type { Settings } from '../settings/settings.ts';

const DEFAULT_IDLE_MS = 600_000;

/** `--on-demand`, `--idle`. `trailing`: the command and its words; `check`: what was asked for. Throws a CliError for what does not go together. */
export function readOnDemand(
  settings: Settings,
  trailing: readonly string[] | undefined,
  check: CheckOptions | undefined,
): OnDemandOptions | undefined {
  const [idle] = settings.find('idle');
  const idleMs = settings.read('idle', parseDuration) ?? DEFAULT_IDLE_MS;
  if (!settings.isSet('on-demand')) {
    if (idle === undefined) return undefined;
    throw new CliError(idle.exitCode, `${idle.origin} is for --on-demand; add it, or leave this out`);
  }
  const [command, ...args] = trailing ?? [];
  if (command !== undefined) return { command, args, idleMs, check: check ?? { kind: 'tcp' } };
  const [given] = settings.find('on-demand');
  throw new CliError(
    given?.exitCode ?? EXIT_USAGE,
    `${given?.origin}: there is no command to start; write it behind --, as in -- node server.js`,
  );
}
