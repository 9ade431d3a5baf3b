import { type InvitationCode, readCode } from '@mdns-ambassador/mesh/invitation';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import { findNearest } from '../../parse/nearest.ts';
import { InputLines } from '../../process/input-lines.ts';
import type { Surroundings } from '../../process/surroundings.ts';

/** Somebody who mistypes it more often looks at it anew. */
const MAX_QUESTIONS = 5;

/** The code of these words, else of what is typed, which no shell remembers; undefined where the command was stopped. Throws a CliError for what is none. */
export async function askCode(
  words: readonly string[],
  { isOnTerminal, stdout, shutdown }: Pick<Surroundings, 'isOnTerminal' | 'stdout' | 'shutdown'>,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<InvitationCode | undefined> {
  if (words.length > 0) return requireCode(words.join(' '));
  const lines = new InputLines(input, shutdown.signal);
  try {
    for (let question = 1; ; question++) {
      if (isOnTerminal) stdout.line('The code that the other machine shows (ambassador mesh invite there):');
      const line = await lines.next();
      if (line === undefined && shutdown.signal.aborted) return undefined;
      if (line === undefined) {
        throw new CliError(EXIT_USAGE, 'no code is given; write it behind mesh join, or on standard input');
      }
      if (!isOnTerminal || question === MAX_QUESTIONS) return requireCode(line);
      const read = readCode(line, findNearest);
      if (read.kind === 'code') return read.code;
      stdout.line(read.problem);
    }
  } finally {
    lines.close();
  }
}

function requireCode(text: string): InvitationCode {
  const read = readCode(text, findNearest);
  if (read.kind === 'wrong') throw new CliError(EXIT_USAGE, read.problem);
  return read.code;
}
