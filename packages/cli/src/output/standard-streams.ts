import { type BigIntStats, closeSync, fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { toError } from '@mdns-ambassador/relay';
import type { OutletStream } from './outlet.ts';

/** Standard input, output and error. */
const DESCRIPTORS = [0, 1, 2] as const;

export interface StandardStream extends OutletStream {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * The stream as an outlet wants it: a file is written in whole, or fails with what is left; a terminal or pipe whose reader does not read
 * is no reason to wait. Its errors end nothing.
 */
export function tameStream(stream: StandardStream, descriptor: 1 | 2, platform: NodeJS.Platform): OutletStream {
  stream.on('error', () => undefined);
  if (readStats(descriptor)?.isFile() === true) return { writableLength: 0, write: createFileWriter(descriptor) };
  if (stream.isTTY === true && platform !== 'win32') unblock(stream);
  return stream;
}

/** Whether the end of a reader means that the command is no longer wanted: a pipe's, but not the journal's, which may be started anew. */
export function isForReader(descriptor: 1 | 2, env: NodeJS.ProcessEnv): boolean {
  const stats = readStats(descriptor);
  if (stats === undefined || stats.isFile() || stats.isCharacterDevice()) return false;
  return env.JOURNAL_STREAM !== `${stats.dev}:${stats.ino}`;
}

/** Which of the three are a terminal. */
export function listTerminals(): readonly number[] {
  return DESCRIPTORS.filter((descriptor) => isatty(descriptor));
}

/** At its end Node puts each terminal back as it was, and aborts where that fails because the terminal is gone. */
export function releaseTerminals(terminals: readonly number[]): void {
  for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
}

function createFileWriter(descriptor: number): OutletStream['write'] {
  return (text, onWritten) => {
    try {
      let rest = Buffer.from(text);
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      onWritten(toError(error));
      return;
    }
    onWritten();
  };
}

/** Node writes to a terminal and waits: a terminal that is stopped, or behind a stalled ssh, would hold up everything. */
function unblock(
  stream: OutletStream & { readonly _handle?: { setBlocking?(isBlocking: boolean): void } | null },
): void {
  stream._handle?.setBlocking?.(false);
}

/** Big: where a pipe was looked at last in the other way, Node resolves no link on the way to a module that is loaded later. */
function readStats(descriptor: number): BigIntStats | undefined {
  try {
    return fstatSync(descriptor, { bigint: true });
  } catch {
    return undefined;
  }
}
