import { constants, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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
    const file = await openFile(path);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw unreadable(`${path} is no file; write the path of one`);
      if (stats.size > MAX_FILE_BYTES) {
        throw unreadable(`${path} has ${stats.size} bytes; keep it below ${MAX_FILE_BYTES}`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
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

async function openFile(path: string): Promise<FileHandle> {
  try {
    // A pipe must not make us wait for its writer.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'ENOENT' ? 'is not there; write the path of a file that is' : `can't be read (${code})`;
    throw unreadable(`${path} ${why}`, cause);
  }
}

function unreadable(sentence: string, cause?: unknown): AmbassadorError {
  return new AmbassadorError('UNREADABLE_FILE', sentence, { cause });
}
