import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { runProgram } from '../../network/run-program.ts';
import { joinWords } from '../../output/phrases.ts';
import type { Printer } from '../../output/printer.ts';
import { findOwnFile } from '../../process/own-file.ts';
import { readConfigNote } from './host.ts';
import type { ServicePlace } from './place.ts';

/** The services that there are, of this user and of the machine. */
export async function showStatus(places: readonly ServicePlace[], stdout: Printer): Promise<number> {
  let isWell = true;
  let count = 0;
  for (const { host, file } of places) {
    const text = findOwnFile(file);
    if (text === undefined) continue;
    const [program = '', ...words] = host.query;
    const printed = await runProgram(program, words);
    const isRunning = printed !== undefined && host.isRunning(printed);
    const config = readConfigNote(text);
    count += 1;
    isWell &&= isRunning;
    stdout.line(`${isRunning ? 'running' : 'NOT RUNNING'}: ambassador up, by ${host.name} (${host.path})`);
    if (config !== undefined) stdout.line(`  everything in ${config}`);
    stdout.line(`  ${joinWords(host.look, 'or')}${isRunning ? ', or ambassador status' : ''}`);
  }
  if (count === 0) {
    const paths = joinWords(
      places.map(({ host }) => host.path),
      'or',
    );
    throw new CliError(
      EXIT_UNAVAILABLE,
      `no service is installed: there is no ${paths}; ambassador service install makes one`,
    );
  }
  return isWell ? EXIT_OK : EXIT_UNAVAILABLE;
}
