import { createCommandSpawner, watchCommand } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { explainAnnouncerErrors } from '../../daemon/announcer-errors.ts';
import { parseHostPort } from '../../parse/host-port.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { RunRequest } from './request.ts';
import { listServiceVariables } from './service-variables.ts';

/** Whoever has not ended by then, after SIGTERM, does not mean to. */
const PATIENCE_MS = 5_000;

/** What a terminal tells all who run on it: its Ctrl-C, its Ctrl-\, its end, its size. */
const SENT_BY_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGWINCH']);

/** Where a service is reached on this machine. */
export interface LocalPlaces {
  readonly service: string;
  /** As the status shows them; the first is on IPv4 where both loopbacks are listened on. */
  readonly listen: readonly string[];
  /** What the command is told in the place of the address. */
  readonly name?: string | undefined;
}

export interface RunningCommand {
  /** Resolves with its exit code. Rejects with a CliError where it could not be started; nobody has to listen. */
  readonly ended: Promise<number>;
  /** Ends it, by force if need be; resolves when it has ended. Never rejects. */
  end(): Promise<void>;
}

/** Starts the command, which finds these services in its environment, and gets each signal that we get, but for those that the terminal has sent to it as well. */
export function startCommand(
  { command: [program, ...args], prefixes }: Pick<RunRequest, 'command' | 'prefixes'>,
  places: readonly LocalPlaces[],
  { platform, env, shutdown, isOnTerminal }: Surroundings,
): RunningCommand {
  const local = places.map(({ service, listen: [place = ''], name }) => {
    const { host, port } = parseHostPort(place);
    return { service, host: name ?? host, port, prefix: prefixes.find((one) => one.service === service)?.prefix };
  });
  const environment = { ...env, ...Object.fromEntries(listServiceVariables(local)) };
  const kill = process.kill.bind(process);
  const spawn = createCommandSpawner({ platform, clock: systemClock, kill, environment, sharesTerminal: isOnTerminal });
  let end = (_: NodeJS.Signals): void => undefined;
  const ended = explainAnnouncerErrors(async () => {
    const { child, ended: exited } = watchCommand(spawn, program, args);
    end = (signal) => child.kill(signal);
    shutdown.delegate((signal) => {
      if (!isOnTerminal || !SENT_BY_TERMINAL.has(signal)) child.kill(signal);
    });
    return exited;
  });
  const settled = ended.then(
    () => undefined,
    () => undefined,
  );
  return {
    ended,
    async end() {
      end('SIGTERM');
      const cancel = systemClock.after(PATIENCE_MS, () => end('SIGKILL'));
      await settled;
      cancel();
    },
  };
}
