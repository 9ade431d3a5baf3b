import { readFileSync } from 'node:fs';
import { CliError } from './exit/cli-error.ts';
import { EXIT_INTERNAL, EXIT_OK } from './exit/exit-codes.ts';
import { Outlet } from './output/outlet.ts';
import { createPrinter } from './output/printer.ts';
import { isForReader, listTerminals, releaseTerminals, tameStream } from './output/standard-streams.ts';
import { findKeyboard } from './process/keyboard.ts';
import { watchNpmShell } from './process/npm-shell.ts';
import { listenForSignals } from './process/signals.ts';
import { hasTerminal } from './process/terminal.ts';
import { UncaughtErrors } from './process/uncaught-errors.ts';
import { runProgram } from './program/program.ts';

/** Whoever stopped the command waits no longer than this for a reader who does not read. */
const FLUSH_MS = 1_000;
/** Its stream is made where it is read. */
const STANDARD_INPUT = 0;

const { env, platform } = process;
const terminals = listTerminals();
const faults = new UncaughtErrors();
const shutdown = listenForSignals(process, {
  exit: (code) => process.exit(code),
  isAttached: terminals.length > 0,
  hasTerminal,
});
const output = new Outlet(tameStream(process.stdout, 1, platform), Date.now);
const complaints = new Outlet(tameStream(process.stderr, 2, platform), Date.now);
const stderr = createPrinter(complaints, env);

// A reader that left (`| head`) ends the command quietly, as SIGPIPE does elsewhere. It ends as it always does, goodbye and all, and
// what it says meanwhile reaches nobody.
process.stdout.on('error', () => {
  if (hasReaderLeft() && !shutdown.signal.aborted) shutdown.request('EPIPE');
});
watchNpmShell(
  env,
  () => process.ppid,
  () => shutdown.request('SIGTERM'),
);
process.on('exit', () => releaseTerminals(terminals));
process.on('uncaughtException', (error) => {
  if (!faults.take(error)) process.exit(report(error));
  else if (isDebugging()) stderr.text(error.stack ?? '');
});

void run().catch(report).then(end);

async function run(): Promise<number> {
  return runProgram(process.argv.slice(2), {
    env,
    platform,
    version: readVersion(),
    pid: process.pid,
    isOnTerminal: terminals.includes(STANDARD_INPUT),
    stdout: createPrinter(output, env),
    stderr,
    logStream: complaints,
    keyboard: await findKeyboard(process),
    shutdown,
    faults,
  });
}

function hasReaderLeft(): boolean {
  return output.hasLostReader && isForReader(1, env);
}

/** Says in one sentence why the command ends; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CliError) {
    stderr.line(`ambassador: ${error.message}`);
    if (error.output !== '') stderr.text(error.output);
    return error.exitCode;
  }
  const reason = error instanceof Error ? error.message : String(error);
  stderr.line(`ambassador: internal error: ${reason}; please report it with what AMBASSADOR_LOG_LEVEL=debug shows`);
  if (isDebugging() && error instanceof Error) stderr.text(error.stack ?? '');
  return EXIT_INTERNAL;
}

function isDebugging(): boolean {
  return /^(?:debug|trace)$/.test(process.env.AMBASSADOR_LOG_LEVEL ?? '');
}

/** Ends the process once all that was printed has left it; whatever a stopped command still waits for is not waited for. */
async function end(exitCode: number): Promise<void> {
  const isStopped = shutdown.signal.aborted;
  shutdown.close();
  if (isStopped) setTimeout(() => process.exit(exitCode), FLUSH_MS);
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      if (stream.writable) stream.write('', () => resolve());
      else resolve();
    });
  }
  if (exitCode === EXIT_OK && !isStopped && output.unheard > 0 && !hasReaderLeft()) {
    stderr.line(`ambassador: what was to be printed could not be written: ${output.reason}`);
    process.exit(EXIT_INTERNAL);
  }
  process.exit(exitCode);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
