import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, errorMessage } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_INTERNAL, EXIT_NO_INPUT, EXIT_REFUSED, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { explainForbidden, isForbidden } from '../../process/forbidden-path.ts';

const NEW_FILE_MODE = 0o644;
const PERMISSIONS = 0o7777;

/** `overwritten`: in its place, not in one step, because the file is a mount of its own and can't be replaced. */
export type SwapOutcome = 'unchanged' | 'written' | 'overwritten';

/**
 * Puts `text` in place of what the file holds, in one step: it is written beside it (with the old one's mode and owner),
 * flushed, accepted by `accept`, and renamed. What `accept` rejects with leaves the old file as it was, and so does
 * everything else that fails: a CliError says what. A file that holds the text already is not touched: `unchanged`.
 */
export async function swapFile(
  file: string,
  text: string,
  accept: (candidate: string) => Promise<void>,
  replace: (candidate: string, target: string) => Promise<void> = rename,
): Promise<SwapOutcome> {
  try {
    const target = await followLink(file);
    const before = await readOld(target);
    if (before?.text === text) return 'unchanged';
    const candidate = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
    try {
      await writeNew(candidate, text, before);
      await accept(candidate);
      await replace(candidate, target);
    } catch (error) {
      if (errorCode(error) === 'EBUSY' && before !== undefined) {
        await rm(candidate, { force: true });
        await overwrite(target, text);
        return 'overwritten';
      }
      await rm(candidate, { force: true });
      throw error;
    }
    await flushFolder(dirname(target));
    return 'written';
  } catch (error) {
    throw error instanceof CliError ? error : explainError(file, error);
  }
}

interface OldFile {
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A link stays one: what it points to is replaced. */
async function followLink(file: string): Promise<string> {
  const isLink = await lstat(file).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  return isLink ? realpath(file) : file;
}

async function readOld(file: string): Promise<OldFile | undefined> {
  const stats = await stat(file).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw new CliError(EXIT_USAGE, `--output: "${file}" is no regular file; write the path of one`);
  return { text: await readFile(file, 'utf8'), mode: stats.mode & PERMISSIONS, uid: stats.uid, gid: stats.gid };
}

async function writeNew(candidate: string, text: string, before: OldFile | undefined): Promise<void> {
  const handle = await open(candidate, 'wx', before?.mode ?? NEW_FILE_MODE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (before === undefined) return;
  // Only root can give a file away; to anybody else it was his already.
  await chown(candidate, before.uid, before.gid).catch(() => undefined);
  await chmod(candidate, before.mode);
}

/** The mount leads to this very file: it stays, and holds another text. */
async function overwrite(file: string, text: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the rename outlives a power failure. Windows opens no folders. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function explainError(file: string, error: unknown): CliError {
  const code = errorCode(error);
  const refuse = (exitCode: number, reason: string): CliError =>
    new CliError(exitCode, `--output: ${reason}`, { cause: error });
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return refuse(EXIT_NO_INPUT, `"${file}" is in a folder that does not exist; make it first`);
  }
  if (isForbidden(code)) return refuse(EXIT_REFUSED, explainForbidden(file, code, 'user'));
  return refuse(EXIT_INTERNAL, `"${file}" could not be written: ${errorMessage(error)}`);
}
