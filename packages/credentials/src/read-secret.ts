import type { Stats } from 'node:fs';
import {
  describeKeepToOwner,
  errorCode,
  isSheltered,
  listReaders,
  readInputFile,
  type Shelter,
  TOO_LONG,
} from '@mdns-ambassador/relay';
import { CredentialsError } from './credentials-error.ts';
import { Secret } from './secret.ts';

const MAX_SECRET_BYTES = 64 * 1024;
const OTHERS_MAY_READ = 0o044;
const OTHERS_MAY_WRITE = 0o022;
const LF = 0x0a;
const CR = 0x0d;
const NUL = 0;

export interface ReadSecretOptions {
  readonly shelters: readonly Shelter[];
  readonly platform: NodeJS.Platform;
  /** The groups of users that may read a file on Windows; default: asks icacls. */
  readonly listReaders?: (path: string) => readonly string[];
}

/** The secret in a file, without one newline at its end. Throws a CredentialsError that names the path. */
export function readSecret(path: string, options: ReadSecretOptions): Secret {
  const bytes = readBytes(path, options);
  const secret = new Secret(trimNewline(bytes));
  const isEmpty = secret.reveal().length === 0;
  const isBinary = bytes.includes(NUL);
  bytes.fill(0);
  if (isEmpty) throw invalid(`${path} is empty; write the secret in it, and nothing else`);
  if (isBinary) throw invalid(`${path} holds a zero byte, which no password can have; write the secret as text`);
  return secret;
}

function readBytes(path: string, options: ReadSecretOptions): Buffer {
  try {
    return readInputFile(path, { maxBytes: MAX_SECRET_BYTES, accept: (stats) => refuseUnfit(path, stats, options) });
  } catch (cause) {
    if (cause instanceof CredentialsError) throw cause;
    const code = errorCode(cause);
    if (code === TOO_LONG) throw invalid(`${path} grows, and has more bytes than a secret has`);
    const why =
      code === 'ENOENT'
        ? 'is not there; write the path of a file that is'
        : `can't be read (${code}); let this user read it`;
    throw new CredentialsError('MISSING_SECRET', `${path} ${why}`, { cause });
  }
}

function refuseUnfit(path: string, stats: Stats, options: ReadSecretOptions): void {
  const { shelters, platform } = options;
  if (!stats.isFile()) throw invalid(`${path} is no file; write the path of one that holds the secret`);
  if (stats.size > MAX_SECRET_BYTES) throw invalid(`${path} has ${stats.size} bytes, which is more than a secret has`);
  if (platform === 'win32') {
    const readers = (options.listReaders ?? listReaders)(path);
    if (readers.length === 0) return;
    throw new CredentialsError(
      'EXPOSED_SECRET',
      `${path}: ${readers.join(' and ')} may read it; run ${describeKeepToOwner(path)}`,
    );
  }
  const forbidden = isSheltered(path, stats, shelters) ? OTHERS_MAY_WRITE : OTHERS_MAY_READ | OTHERS_MAY_WRITE;
  if ((stats.mode & forbidden) === 0) return;
  const what = (stats.mode & OTHERS_MAY_WRITE) === 0 ? 'read' : 'change';
  throw new CredentialsError('EXPOSED_SECRET', `${path}: others may ${what} it; run chmod 600 ${path}`);
}

function trimNewline(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== LF) return bytes;
  return bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1);
}

function invalid(sentence: string): CredentialsError {
  return new CredentialsError('INVALID_SECRET', sentence);
}
