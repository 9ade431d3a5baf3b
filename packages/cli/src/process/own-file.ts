import { readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { describeFileFault, errorCode, makeFolders, replaceFile } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { explainForbidden, isForbidden } from './forbidden-path.ts';
import type { Scope } from './scope.ts';

/** Behind the signature: so many folders go with the file. */
const WITH_FOLDERS = /^, and (?:the folder, which was|the (\d{1,2}) folders above, which were) made for it/;
const READABLE_BY_ALL = 0o644;
/** XML has other lines before it. */
const FIRST_LINES = 3;
const UTF16_MARK = Buffer.from([0xff, 0xfe]);

/** A file that ambassador writes for a program of the system's. */
export interface OwnFile {
  readonly path: string;
  /** Whose it is to be. */
  readonly scope: Scope;
  /** By this it is known as ours: it stands in one of the first three lines. */
  readonly signature: string;
  /** Windows' task scheduler reads UTF-16 alone; default: UTF-8. */
  readonly encoding?: 'utf8' | 'utf16le';
}

/** In one step. False where it is there already. Throws a CliError where it may not be written, or somebody else's is in its place. */
export function writeOwnFile(file: OwnFile, text: string): boolean {
  const { path, signature, encoding = 'utf8' } = file;
  return explainErrors(file, () => {
    const before = readOwnFile(file);
    const made = before === undefined ? prepareFolder(dirname(path)) : countFolders(before, signature);
    const whole = text.replace(signature, `${signature}${describeFolders(made)}`);
    if (before === whole) return false;
    const bytes = Buffer.from(whole, encoding);
    const content = encoding === 'utf16le' ? Buffer.concat([UTF16_MARK, bytes]) : bytes;
    replaceFile(path, content, { mode: READABLE_BY_ALL, flush: true });
    return true;
  });
}

/** False where there is none. Throws a CliError where it may not be removed, or is not ours. */
export function removeOwnFile(file: OwnFile): boolean {
  const { path, signature } = file;
  return explainErrors(file, () => {
    const before = readOwnFile(file);
    if (before === undefined) return false;
    rmSync(path);
    let folder = dirname(path);
    for (let left = countFolders(before, signature); left > 0 && removeEmptyFolder(folder); left--) {
      folder = dirname(folder);
    }
    return true;
  });
}

/** Undefined where there is none. Throws a CliError where it can't be read, or is not ours. */
export function findOwnFile(file: OwnFile): string | undefined {
  return explainErrors(file, () => readOwnFile(file));
}

/** How many had to be made. */
function prepareFolder(folder: string): number {
  const first = makeFolders(folder);
  if (first === undefined) return 0;
  const below = relative(first, folder);
  return below === '' ? 1 : below.split(sep).length + 1;
}

function describeFolders(made: number): string {
  if (made === 0) return '';
  const folders = made === 1 ? 'the folder, which was' : `the ${made} folders above, which were`;
  return `, and ${folders} made for it`;
}

/** Those that were made for the file. */
function countFolders(text: string, signature: string): number {
  const [said, count = '1'] = WITH_FOLDERS.exec(text.split(signature, 2)[1] ?? '') ?? [];
  return said === undefined ? 0 : Number(count);
}

function readOwnFile({ path, signature, encoding = 'utf8' }: OwnFile): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const text = bytes.toString(encoding).replace(/^\uFEFF/, '');
  if (text.split('\n', FIRST_LINES).some((line) => line.includes(signature))) return text;
  throw new CliError(EXIT_REFUSED, `${path} was not written by ambassador; see what it is for, and move it away`);
}

/** False where somebody else uses it by now. */
function removeEmptyFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
    return false;
  }
}

function explainErrors<Value>({ path, scope }: OwnFile, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = errorCode(error);
    if (!isForbidden(code))
      throw new CliError(EXIT_USAGE, `${path} can't be changed: ${describeFileFault(code)}`, { cause: error });
    throw new CliError(EXIT_REFUSED, explainForbidden(path, code, scope), { cause: error });
  }
}
