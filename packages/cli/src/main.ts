import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import { EXIT_INTERNAL } from './exit-codes.ts';
import { createPrinter } from './output/printer.ts';
import { runProgram } from './program.ts';
import { listenForSignals } from './signals.ts';
import { keepYoungHeapSmall } from './young-heap.ts';

keepYoungHeapSmall();

const stderr = createPrinter(process.stderr, process.env);
const shutdown = listenForSignals(process, (code) => process.exit(code));

// A reader that left (`| head`) ends the command quietly, as SIGPIPE does elsewhere. It ends as it always does, goodbye and all, and
// what it says meanwhile reaches nobody.
let isHeard = true;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isHeard) return;
    if (error.code !== 'EPIPE') throw error;
    isHeard = false;
    if (!shutdown.signal.aborted) shutdown.request('EPIPE');
  });
}
process.on('uncaughtException', (error) => process.exit(report(error)));

try {
  const exitCode = await runProgram(process.argv.slice(2), {
    env: process.env,
    platform: process.platform,
    version: readVersion(),
    stdout: createPrinter(process.stdout, process.env),
    stderr,
    logStream: process.stderr,
    shutdown,
  });
  await end(exitCode);
} catch (error) {
  await end(report(error));
}

/** Says in one sentence why the command ends; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CliError) {
    stderr.line(`ambassador: ${error.message}`);
    return error.exitCode;
  }
  const reason = error instanceof Error ? error.message : String(error);
  stderr.line(`ambassador: internal error: ${reason}; please report it with what AMBASSADOR_LOG_LEVEL=debug shows`);
  if (/^(?:debug|trace)$/.test(process.env.AMBASSADOR_LOG_LEVEL ?? '') && error instanceof Error) {
    stderr.line(error.stack ?? '');
  }
  return EXIT_INTERNAL;
}

/** Ends the process once all that was printed has left it; whatever a stopped command still waits for is not waited for. */
async function end(exitCode: number): Promise<void> {
  shutdown.close();
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      if (stream.writable) stream.write('', () => resolve());
      else resolve();
    });
  }
  process.exit(exitCode);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
