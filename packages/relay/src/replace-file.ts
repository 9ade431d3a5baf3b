import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from './make-folders.ts';

/**
 * Replaces a file as a whole: who reads it sees the old or the new. The owner alone reads and writes it, and its folder, which is made where it is
 * missing. `flush`: the disk has it then. Throws where it can't, and leaves what there was.
 */
export function replaceFile(path: string, text: string, { flush = false }: { readonly flush?: boolean } = {}): void {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    makeFolders(dirname(path), 0o700);
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush });
    renameSync(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}
