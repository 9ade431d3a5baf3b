import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { decodeByMark } from './input-text.ts';
import { errorCode, RelayError } from './relay-error.ts';

/** Codes of a {@link RelayError} of `readInputFile`, beside those of the system. */
export const NOT_REGULAR = 'NOT_REGULAR';
export const TOO_LONG = 'TOO_LONG';
export const NO_END = 'NO_END';

/** What the shell passes as a file: `<(...)`, and what stands before a `|`. Its writer is there already. */
const PASSED_PIPE = /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/;
const PIPE_TIMEOUT_MS = 5_000;
const PIPE_PAUSE_MS = 20;
const CHUNK_BYTES = 64 * 1024;

export interface InputFileOptions {
  readonly maxBytes: number;
  /** Whether a pipe that the shell passed may be read, to its end, for five seconds at most. Any other pipe is refused. */
  readonly takesPipe?: boolean;
  /** Sees what kind of file it is before it is read; what it throws is thrown. */
  readonly accept?: (stats: Stats) => void;
}

/**
 * Reads a text file that somebody named, as UTF-8: a byte order mark is followed ({@link decodeByMark}) and left out. It never waits for what is no file: a FIFO, a socket, a device or a folder is refused at once, and so
 * is what is too long. Throws a RelayError whose message is a sentence with the path: `ENOENT`, `EISDIR`, `EACCES` and the like,
 * {@link NOT_REGULAR}, {@link TOO_LONG}, {@link NO_END}.
 */
export function readInputFile(path: string, { maxBytes, takesPipe = false, accept }: InputFileOptions): Buffer {
  const file = openInput(path);
  try {
    const stats = fstatSync(file);
    accept?.(stats);
    if (stats.isDirectory()) throw refuse('EISDIR', `${path} is a folder; write the path of a file in it`);
    const isPipe = stats.isFIFO() && takesPipe && PASSED_PIPE.test(path);
    if (!stats.isFile() && !isPipe) throw refuseKind(path);
    if (stats.size > maxBytes) throw refuseLength(path, maxBytes);
    return decodeByMark(readToEnd(file, path, maxBytes));
  } catch (error) {
    throw error instanceof Error && !('syscall' in error) ? error : explain(path, error);
  } finally {
    closeSync(file);
  }
}

function openInput(path: string): number {
  try {
    // A FIFO must not make us wait for its writer; Windows has none.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw explain(path, cause);
  }
}

/** A pipe may make us wait for its writer. */
function readToEnd(file: number, path: string, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  const deadline = performance.now() + PIPE_TIMEOUT_MS;
  for (let length = 0; length <= maxBytes; ) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, maxBytes + 1 - length));
    const read = readNow(file, chunk);
    if (read === 0) return join(chunks);
    if (read === undefined) {
      if (performance.now() > deadline) {
        throw refuse(
          NO_END,
          `${path} has not come to its end within ${PIPE_TIMEOUT_MS / 1_000} s; write it to a file first`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_PAUSE_MS);
      continue;
    }
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  throw refuseLength(path, maxBytes);
}

/** Undefined: nothing has come yet. */
function readNow(file: number, chunk: Buffer): number | undefined {
  try {
    return readSync(file, chunk);
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

/** One buffer: whoever wipes it leaves no other copy of what is short. */
function join(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function explain(path: string, cause: unknown): RelayError {
  const code = errorCode(cause);
  switch (code) {
    case 'ENOENT':
      return refuse(code, `${path} is not there; write the path of a file that is`, cause);
    case 'EISDIR':
      return refuse(code, `${path} is a folder; write the path of a file in it`, cause);
    case 'ENXIO':
      return refuseKind(path);
    default:
      return refuse(code, `${path} can't be read (${code}); let this user read it`, cause);
  }
}

function refuseKind(path: string): RelayError {
  return refuse(NOT_REGULAR, `${path} is a pipe, a socket or a device; write the path of a regular file`);
}

function refuseLength(path: string, maxBytes: number): RelayError {
  return refuse(TOO_LONG, `${path} has more than ${maxBytes} bytes; write the path of the right file`);
}

function refuse(code: string, sentence: string, cause?: unknown): RelayError {
  return new RelayError(code, sentence, { cause });
}
