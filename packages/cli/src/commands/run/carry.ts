import { constants } from 'node:os';
import type { ServiceStatus } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { joinWords } from '../../output/phrases.ts';
import type { Reporter } from '../../output/reporter.ts';
import { formatDuration } from '../../parse/duration.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { EarlyStart } from './early-start.ts';
import { askSystem, nameServices, reserveOwnAddresses } from './names.ts';
import { listMissing, waitUntilReady } from './readiness.ts';
import type { RunRequest } from './request.ts';
import { type RunningCommand, startCommand } from './running-command.ts';

/** Shells say 128 + n for what a signal ended. */
const SIGNAL_EXIT_CODE_BASE = 128;
/** Whoever is there is found within this time; longer is worth a line. */
const SAY_MISSING_AFTER_MS = 1_000;

/** Proxies the services for as long as the command runs, and starts it once they are found where it does not run yet. */
export async function carryServices(
  request: RunRequest,
  surroundings: Surroundings,
  early: EarlyStart | undefined,
): Promise<number> {
  const { settings, mesh, waitMs } = request;
  const { plan, listeners, command } = early ?? { ...(await reserveOwnAddresses(request.plan)), command: undefined };
  await checkSourceFiles(plan.proxy.map(({ origins }) => origins));
  const daemon = await Daemon.open({
    command: 'run',
    settings,
    surroundings,
    mesh,
    plan,
    isBeside: true,
    listeners,
    farewell: 'the command ends',
  });
  return daemon.runBeside(async ({ start, proxied }) => {
    await start();
    const { signal } = surroundings.shutdown;
    const waiting: ServiceWait = { look: proxied, timeoutMs: waitMs, signal, reporter: daemon.reporter };
    if (command !== undefined) return await finish(command, waiting);
    const missing = await waitTelling(
      waiting,
      (names) => `waiting for ${names}, up to ${formatDuration(waitMs)}: nobody offers it yet`,
    );
    if (signal.aborted) return computeExitCode(String(signal.reason));
    if (missing.length > 0 && waitMs > 0) throw describeMissing(missing, waitMs);
    const places = await nameServices(proxied(), plan.dns, { ...waiting, clock: systemClock, resolve: askSystem });
    if (signal.aborted) return computeExitCode(String(signal.reason));
    return await startCommand(request, places, surroundings).ended;
  });
}

interface ServiceWait {
  readonly look: () => readonly ServiceStatus[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
}

/** Until a command that was started early has ended. What was known and is not found after all is told meanwhile. */
async function finish({ ended }: RunningCommand, waiting: ServiceWait): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([waiting.signal, over.signal]);
  void waitTelling(
    { ...waiting, signal },
    (names) =>
      `nobody offers ${names} now: the command runs, and who connects there waits for somebody as long as --connect-timeout says`,
  );
  try {
    return await ended;
  } finally {
    over.abort();
  }
}

/** `describe`: what is said of services that are not found within a second. Resolves with those that are not found in time. */
async function waitTelling(
  { look, timeoutMs, signal, reporter }: ServiceWait,
  describe: (names: string) => string,
): Promise<readonly string[]> {
  const stopTelling = systemClock.after(SAY_MISSING_AFTER_MS, () => {
    const services = listMissing(look());
    if (services.length > 0) reporter.tell(describe(joinWords(services)), { event: 'waiting', services });
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

function computeExitCode(signal: string): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? EXIT_UNAVAILABLE : SIGNAL_EXIT_CODE_BASE + number;
}
