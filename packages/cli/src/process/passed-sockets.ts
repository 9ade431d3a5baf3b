import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';

/** sd_listen_fds(3): SD_LISTEN_FDS_START. */
const FIRST_FD = 3;

/** A listening socket that systemd opened (sd_listen_fds(3)). */
export interface PassedSocket {
  readonly fd: number;
  /** `FileDescriptorName=` of its unit; empty when it has none. */
  readonly name: string;
}

/** The sockets that were passed to this very process; none where the variables are meant for another one. */
export function listPassedSockets(env: NodeJS.ProcessEnv, pid: number): readonly PassedSocket[] {
  const count = Number(env.LISTEN_FDS ?? 0);
  if (Number(env.LISTEN_PID) !== pid || !Number.isInteger(count) || count <= 0) return [];
  const names = (env.LISTEN_FDNAMES ?? '').split(':');
  return Array.from({ length: count }, (_, index) => ({ fd: FIRST_FD + index, name: names[index] ?? '' }));
}

/**
 * The descriptors that each service listens on, in the order of the services: all of them when there is one service, else by
 * name. Throws a CliError for a socket that nobody would listen on.
 */
export function assignPassedSockets(
  sockets: readonly PassedSocket[],
  services: readonly string[],
): readonly (readonly number[])[] {
  if (services.length === 1) return [sockets.map(({ fd }) => fd)];
  const stray = sockets.find(({ name }) => !services.includes(name));
  if (stray !== undefined) {
    throw new CliError(
      EXIT_CONFIG,
      `systemd passed a socket named "${stray.name}", which is no service here; write FileDescriptorName= in its unit with one of ${services.join(', ')}`,
    );
  }
  return services.map((service) => sockets.filter(({ name }) => name === service).map(({ fd }) => fd));
}
