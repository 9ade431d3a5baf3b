import { existsSync } from 'node:fs';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { findHome } from '../../machine/own-user.ts';
import { parseChoice } from '../../parse/choice.ts';
import { removeOwnFile, writeOwnFile } from '../../process/own-file.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readGiven } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { type CompletionPlace, nameCompletionPlace, SIGNATURE, signScript } from './place.ts';
import { writeCompletionScript } from './scripts.ts';
import { SHELLS, type Shell } from './shells.ts';
import { addStartLine, removeStartLine, writeStartLine } from './start-line.ts';

/** Where the package bash-completion is, on Linux and with Homebrew. */
const BASH_COMPLETION = [
  '/usr/share/bash-completion/bash_completion',
  '/usr/local/share/bash-completion/bash_completion',
  '/opt/homebrew/share/bash-completion/bash_completion',
];

/** `ambassador completion` */
export async function completeShell({ words, settings, surroundings }: Invocation): Promise<number> {
  if (words.length > 1)
    throw new CliError(
      EXIT_USAGE,
      `completion takes one shell, and ${words.length} are named; write one of ${SHELLS.join(', ')}`,
    );
  const [word] = words;
  const shell =
    word === undefined
      ? guessShell(surroundings)
      : readGiven({ text: word, origin: 'completion', exitCode: EXIT_USAGE }, (text) => parseChoice(text, SHELLS));
  const [isInstall, isUninstall] = [settings.isSet('install'), settings.isSet('uninstall')];
  if (isInstall && isUninstall) throw new CliError(EXIT_USAGE, '--install and --uninstall: write one of them');
  if (isInstall) install(shell, surroundings);
  else if (isUninstall) uninstall(shell, surroundings);
  else surroundings.stdout.text(writeCompletionScript(shell));
  return EXIT_OK;
}

function guessShell({ env, platform }: Surroundings): Shell {
  const usual = platform === 'win32' ? 'powershell' : 'bash';
  return SHELLS.find((shell) => (env.SHELL ?? '').endsWith(shell)) ?? usual;
}

function install(shell: Shell, surroundings: Surroundings): void {
  const { stdout } = surroundings;
  const { file, startFile } = locate(shell, surroundings);
  const isNew = writeOwnFile(
    { path: file, scope: 'user', signature: SIGNATURE },
    signScript(writeCompletionScript(shell)),
  );
  stdout.line(isNew ? `wrote ${file}` : `${file} is there already`);
  if (startFile !== undefined) {
    const isAdded = addStartLine(startFile, writeStartLine(file));
    stdout.line(isAdded ? `added a line to ${startFile}, by which ${shell} reads it` : `${startFile} reads it already`);
  }
  stdout.line(
    `each ${shell} that is started from now on completes; ambassador completion ${shell} --uninstall takes it back`,
  );
}

function uninstall(shell: Shell, surroundings: Surroundings): void {
  const { stdout } = surroundings;
  const { file, startFile } = locate(shell, surroundings, true);
  const isRemoved = removeOwnFile({ path: file, scope: 'user', signature: SIGNATURE });
  stdout.line(isRemoved ? `removed ${file}` : `${file} is not there: nothing to take back`);
  if (startFile !== undefined && removeStartLine(startFile)) stdout.line(`removed its line from ${startFile}`);
}

/** `everywhere`: also where the shell reads it by itself now, and did not before. */
function locate(shell: Shell, { env }: Surroundings, everywhere = false): CompletionPlace {
  const hasBashCompletion = !everywhere && BASH_COMPLETION.some((path) => existsSync(path));
  const place = nameCompletionPlace(shell, { env, home: findHome(), hasBashCompletion });
  if (place !== undefined) return place;
  throw new CliError(
    EXIT_USAGE,
    `--install does not know where ${shell} has its profile; in ${shell}: ambassador completion ${shell} >> $PROFILE`,
  );
}
