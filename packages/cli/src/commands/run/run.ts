import { constants } from 'node:os';
import type { ServiceStatus } from '@mdns-ambassador/ambassador';
import { createCommandSpawner, watchCommand } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { explainAnnouncerErrors } from '../../daemon/announcer-errors.ts';
import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { joinWords } from '../../output/phrases.ts';
import type { Reporter } from '../../output/reporter.ts';
import { formatDuration } from '../../parse/duration.ts';
import { parseHostPort } from '../../parse/host-port.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { Invocation } from '../command.ts';
import type { Prefix } from './prefix.ts';
import { listMissing, waitUntilReady } from './readiness.ts';
import { readRunRequest } from './request.ts';
import { type LocalService, listServiceVariables } from './service-variables.ts';

/** Shells say 128 + n for what a signal ended. */
const SIGNAL_EXIT_CODE_BASE = 128;
/** Whoever is there is found within this time; longer is worth a line. */
const SAY_MISSING_AFTER_MS = 1_000;

/** `ambassador run` */
export async function runWithServices(invocation: Invocation): Promise<number> {
  const { settings, mesh, plan, command, prefixes, waitMs } = await readRunRequest(invocation);
  await checkSourceFiles(plan.proxy.map(({ origins }) => origins));
  // Standard output is the command's.
  const surroundings: Surroundings = { ...invocation.surroundings, stdout: invocation.surroundings.stderr };
  const daemon = await Daemon.open({
    command: 'run',
    settings,
    surroundings,
    mesh,
    plan,
    isBeside: true,
    farewell: 'the command ends',
  });
  return daemon.runBeside(async ({ start, proxied }) => {
    await start();
    const { signal } = surroundings.shutdown;
    const missing = await waitTelling({ look: proxied, timeoutMs: waitMs, signal }, daemon.reporter);
    if (signal.aborted) return computeExitCode(String(signal.reason));
    if (missing.length > 0 && waitMs > 0) throw describeMissing(missing, waitMs);
    const variables = listServiceVariables(proxied().map((status) => locate(status, prefixes)));
    return explainAnnouncerErrors(() => runCommand(command, variables, surroundings));
  });
}

interface Waiting {
  readonly look: () => readonly ServiceStatus[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function waitTelling({ look, timeoutMs, signal }: Waiting, reporter: Reporter): Promise<readonly string[]> {
  const stopTelling = systemClock.after(SAY_MISSING_AFTER_MS, () => {
    const services = listMissing(look());
    const names = joinWords(services);
    reporter.tell(`waiting for ${names}, up to ${formatDuration(timeoutMs)}: nobody offers it yet`, {
      event: 'waiting',
      services,
    });
  });
  try {
    return await waitUntilReady({ clock: systemClock, look, timeoutMs, signal });
  } finally {
    stopTelling();
  }
}

function describeMissing(missing: readonly string[], waitMs: number): CliError {
  const who = `nobody offered ${joinWords(missing)} within ${formatDuration(waitMs)}, so that the command was not run`;
  return new CliError(
    EXIT_UNAVAILABLE,
    `${who}; see ambassador list and ambassador doctor, name a place with --from static:HOST:PORT, or add --wait 0 to run it all the same`,
  );
}

/** What stands first among the places is on IPv4 where both loopbacks are listened on. */
function locate({ service, listen: [place = ''] }: ServiceStatus, prefixes: readonly Prefix[]): LocalService {
  const { host, port } = parseHostPort(place);
  return { service, host, port, prefix: prefixes.find((one) => one.service === service)?.prefix };
}

/** The command gets each signal that we get, but for those that the terminal has sent to it as well. */
async function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  variables: ReadonlyMap<string, string>,
  { platform, env, shutdown, isOnTerminal }: Surroundings,
): Promise<number> {
  const environment = { ...env, ...Object.fromEntries(variables) };
  const kill = process.kill.bind(process);
  const spawn = createCommandSpawner({ platform, clock: systemClock, kill, environment, sharesTerminal: isOnTerminal });
  const { child, ended } = watchCommand(spawn, program, args);
  shutdown.delegate((signal) => {
    if (!isOnTerminal || signal === 'SIGTERM') child.kill(signal);
  });
  return ended;
}

function computeExitCode(signal: string): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? EXIT_UNAVAILABLE : SIGNAL_EXIT_CODE_BASE + number;
}
