import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@mdns-ambassador/relay';
import { CliError } from '../../../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../../../exit/exit-codes.ts';
import { SIGNATURE } from './setup.ts';

/** Behind the signature: the folder goes with the file. */
const WITH_FOLDER = ', and the folder, which was made for it';
const READABLE_BY_ALL = 0o644;

/** False where it is there already. Throws a CliError where it may not be written, or somebody else's is in its place. */
export function writeSetupFile(path: string, text: string): boolean {
  return explainErrors(path, () => {
    const before = readOwnFile(path);
    const made =
      before === undefined ? mkdirSync(dirname(path), { recursive: true }) !== undefined : isWithFolder(before);
    const whole = made ? text.replace(SIGNATURE, `${SIGNATURE}${WITH_FOLDER}`) : text;
    if (before === whole) return false;
    writeFileSync(path, whole, { mode: READABLE_BY_ALL });
    return true;
  });
}

/** False where there is none. Throws a CliError where it may not be removed, or is not ours. */
export function removeSetupFile(path: string): boolean {
  return explainErrors(path, () => {
    const before = readOwnFile(path);
    if (before === undefined) return false;
    rmSync(path);
    if (isWithFolder(before)) removeEmptyFolder(dirname(path));
    return true;
  });
}

function isWithFolder(text: string): boolean {
  return text.startsWith(`${SIGNATURE}${WITH_FOLDER}`);
}

/** Undefined where there is none. */
function readOwnFile(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (text.startsWith(SIGNATURE)) return text;
  throw new CliError(EXIT_REFUSED, `${path} was not written by ambassador; see what it is for, and move it away`);
}

function removeEmptyFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  }
}

function explainErrors<Value>(path: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = errorCode(error);
    const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(code);
    throw new CliError(
      isForbidden ? EXIT_REFUSED : EXIT_USAGE,
      isForbidden ? `this user may not change ${path}; run it as root, with sudo` : `${path} can't be changed: ${code}`,
      { cause: error },
    );
  }
}
