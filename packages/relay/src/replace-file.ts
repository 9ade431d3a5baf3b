import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from './make-folders.ts';

export interface ReplaceFileOptions {
  /** Default: the owner alone reads and writes it. */
  readonly mode?: number;
  /** The disk has it before it is in its place. */
  readonly flush?: boolean;
}

/**
 * Replaces a file as a whole: who reads it sees the old or the new. Its folder, which is made where it is missing, is its owner's
 * alone. Throws where it can't, and leaves what there was.
 */
export function replaceFile(
  path: string,
  content: string | Buffer,
  { mode = 0o600, flush = false }: ReplaceFileOptions = {},
): void {
  makeFolders(dirname(path), 0o700);
  withFreshFile(path, (fresh) => {
    writeFileSync(fresh, content, { mode, flag: 'wx', flush });
    renameSync(fresh, path);
  });
}

/** Lends the name of a file beside `path` that is nobody's; what is left there is removed. */
export function withFreshFile(path: string, use: (fresh: string) => void): void {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    use(fresh);
  } finally {
    rmSync(fresh, { force: true });
  }
}
