import type { EngineChoice } from '@mdns-ambassador/ambassador';
import { CliError } from '../exit/cli-error.ts';
import { parseInteger } from '../parse/integer.ts';
import type { Settings } from '../settings/settings.ts';

/** More than any machine has use for; each takes some 55 MiB. */
const MOST_WORKERS = 64;

/** How many processes carry the connections of a service. Throws a CliError where several can't. */
export function readWorkers(settings: Settings, engine: EngineChoice, platform: NodeJS.Platform): number {
  const workers = settings.read('workers', (text) => parseInteger(text, 1, MOST_WORKERS)) ?? 1;
  const [given] = settings.find('workers');
  if (workers === 1 || given === undefined) return 1;
  if (engine.kind !== 'node') {
    throw new CliError(
      given.exitCode,
      `${given.origin} is for engine node; ${engine.kind} uses the processors in its own way: leave one of them out`,
    );
  }
  if (platform === 'win32') {
    const sentence =
      'needs a listening socket that several processes share, which Node does not pass on to them on Windows';
    throw new CliError(given.exitCode, `${given.origin} ${sentence}; leave it out`);
  }
  return workers;
}
