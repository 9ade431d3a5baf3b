import { LOOPBACK_OF_ANY } from '@mdns-ambassador/relay';
import { CliError } from '../../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../../../exit/exit-codes.ts';
import { runProgram } from '../../../network/run-program.ts';
import { removeOwnFile, writeOwnFile } from '../../../process/own-file.ts';
import type { Surroundings } from '../../../process/surroundings.ts';
import type { DnsRequest } from '../../../requests/dns-request.ts';
import type { Settings } from '../../../settings/settings.ts';
import { gatherFindings } from './findings.ts';
import { chooseSetup, explainNoSetup, type Setup, type SetupPlace, SIGNATURE } from './setup.ts';
import { type Direction, describeSetup, formatCommand } from './setup-lines.ts';

/** A name server that is restarted takes some seconds. */
const TIMEOUT_MS = 30_000;

/** `--install` and `--uninstall`: says what is to be done, or does it. */
export async function runSetup(
  direction: Direction,
  { at, domain }: DnsRequest,
  settings: Settings,
  { platform, stdout }: Surroundings,
): Promise<number> {
  const { address = '127.0.0.1', port = 0 } = at[0] ?? {};
  const place: SetupPlace = { domain, address: LOOPBACK_OF_ANY[address] ?? address, port };
  const findings = await gatherFindings(platform);
  const setup = chooseSetup(findings, place);
  if (setup === undefined) throw new CliError(EXIT_UNAVAILABLE, explainNoSetup(findings, place));
  const isWritten = settings.isSet('write') && (await apply(setup, direction));
  if (settings.isSet('json')) {
    stdout.json({ direction, asker: setup.asker, file: setup.file, commands: setup[direction], written: isWritten });
  } else if (!settings.isSet('write')) for (const line of describeSetup(setup, direction, place)) stdout.line(line);
  else stdout.line(describeOutcome(setup, direction, place, isWritten));
  return EXIT_OK;
}

/** False where it was so already. */
async function apply(setup: Setup, direction: Direction): Promise<boolean> {
  const { file } = setup;
  if (file !== undefined) {
    const own = { path: file.path, scope: 'system', signature: SIGNATURE } as const;
    const isChanged = direction === 'install' ? writeOwnFile(own, file.text) : removeOwnFile(own);
    if (!isChanged) return false;
  }
  for (const [program = '', ...words] of setup[direction]) {
    if ((await runProgram(program, words, TIMEOUT_MS)) !== undefined) continue;
    const done =
      file === undefined ? 'nothing was changed' : `${file.path} is ${direction === 'install' ? 'written' : 'removed'}`;
    throw new CliError(
      EXIT_UNAVAILABLE,
      `${done}, but this failed: ${formatCommand([program, ...words])}; run it yourself`,
    );
  }
  return true;
}

function describeOutcome({ asker, file }: Setup, direction: Direction, place: SetupPlace, isChanged: boolean): string {
  const { domain, address, port } = place;
  const what = file === undefined ? asker : file.path;
  if (direction === 'uninstall')
    return isChanged ? `${what} is as it was` : `${what} is not there: nothing to take back`;
  return isChanged
    ? `${asker} asks ${address}, port ${port}, for ${domain} from now on (${what})`
    : `${what} says so already`;
}
