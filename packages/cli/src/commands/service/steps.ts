import { CliError } from '../../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { awaitProgram } from '../../network/run-program.ts';
import type { Printer } from '../../output/printer.ts';
import type { Step } from './host.ts';

/** A service that starts waits for the network, one that stops for its connections. */
const STEP_MS = 120_000;

/** One after the other. Rejects with a CliError at the first that fails and may not: `done` says what is so already, `remedy` what to do. */
export async function runSteps(steps: readonly Step[], done: string, remedy: string): Promise<void> {
  for (const { words, mayFail } of steps) {
    const [program = '', ...args] = words;
    const ending = await awaitProgram(program, args, STEP_MS);
    if (ending.kind === 'done' || mayFail === true) continue;
    throw new CliError(EXIT_UNAVAILABLE, `${done}, but this failed: ${words.join(' ')}: ${ending.reason}; ${remedy}`);
  }
}

/** As they would be typed. */
export function printSteps(steps: readonly Step[], stdout: Printer): void {
  for (const { words } of steps)
    stdout.line(words.map((word) => (/[\s'"()]/.test(word) ? `"${word}"` : word)).join(' '));
}
