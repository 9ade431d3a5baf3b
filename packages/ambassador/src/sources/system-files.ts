import { watch } from 'node:fs';
import { RelayError, readInputFile } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../ambassador-error.ts';

/** What the file source needs of a file system. */
export interface FileAccess {
  /** The text of a regular file of 1 MiB at most; rejects with an AmbassadorError that names the path. */
  read(path: string): Promise<string>;
  /**
   * Calls `onChange` with the name of what was written, made, removed or renamed in the folder, where the system tells it. Calls
   * `onEnd` once when it can watch no more. Throws where the folder can't be watched. The returned function ends it.
   */
  watch(folder: string, onChange: (name: string | undefined) => void, onEnd: () => void): () => void;
}

const MAX_FILE_BYTES = 1024 * 1024;

/** This machine's files. */
export const systemFiles: FileAccess = {
  async read(path) {
    try {
      return readInputFile(path, { maxBytes: MAX_FILE_BYTES }).toString('utf8');
    } catch (cause) {
      throw cause instanceof RelayError ? new AmbassadorError('UNREADABLE_FILE', cause.message, { cause }) : cause;
    }
  },
  watch(folder, onChange, onEnd) {
    const watcher = watch(folder, (_, name) => onChange(name ?? undefined));
    watcher.on('error', () => {
      watcher.close();
      onEnd();
    });
    return () => watcher.close();
  },
};
