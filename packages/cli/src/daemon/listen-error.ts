import type { ProxyOptions } from '@mdns-ambassador/ambassador';
import { formatListenPlace, REMOTE_SOCKET, type RelayError } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { explainForbidden } from '../process/forbidden-path.ts';

/** Added to a port that is taken or privileged: 6379 -> 16379. */
const PORT_OFFSET = 10_000;
const FREE_PORT = 20_000;
const HIGHEST_PORT = 65_535;

/** Why a proxy can't listen, and where it could. */
export function explainListenError(
  error: RelayError,
  { service, listen }: Pick<ProxyOptions, 'service' | 'listen'>,
  platform: string,
): CliError {
  const target = listen.find((one) => error.message.includes(formatListenPlace(one))) ?? listen[0];
  const where = target === undefined ? 'the address' : formatListenPlace(target);
  const instead = `${service}:${offerPort(target?.kind === 'tcp' ? target.port : 0)}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new CliError(
        EXIT_USAGE,
        target?.kind === 'unix'
          ? `${where} is in use by another program; write another path`
          : `${where} is in use by another program; write another local port, such as ${instead}`,
        { cause: error },
      );
    case 'NO_PIPE':
    case 'NO_SOCKET':
      return new CliError(EXIT_USAGE, error.message, { cause: error });
    case REMOTE_SOCKET:
      return new CliError(
        EXIT_REFUSED,
        `${error.message.split(';')[0]}; add --allow-remote if that is meant, or bind it to 127.0.0.1`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      if (target?.kind === 'unix') {
        const why = explainForbidden(target.path, error.code, 'user');
        return new CliError(EXIT_REFUSED, `can't listen on ${where}: ${why}`, { cause: error });
      }
      return new CliError(
        EXIT_REFUSED,
        `this user may not listen on ${where}; write a local port from 1024 on, such as ${instead}`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
      return new CliError(
        EXIT_USAGE,
        target?.kind === 'tcp'
          ? describeMissingLoopback(target.address, platform)
          : `this machine has no address ${where}; write one of its own, such as 127.0.0.1`,
        { cause: error },
      );
    default:
      return new CliError(EXIT_USAGE, `can't listen on ${where}: ${error.message}`, { cause: error });
  }
}

/** Linux and Windows have all of 127.0.0.0/8, others 127.0.0.1 alone until more is added. */
export function describeMissingLoopback(address: string, platform: string): string {
  const isAddable = address.startsWith('127.') && platform !== 'linux' && platform !== 'win32';
  const remedy = isAddable
    ? `add it with sudo ifconfig lo0 alias ${address} up, which lasts until the next start`
    : 'write one of its own, such as 127.0.0.1';
  return `this machine has no address ${address}; ${remedy}`;
}

function offerPort(port: number): number {
  const offered = port + PORT_OFFSET;
  return offered > HIGHEST_PORT ? FREE_PORT : offered;
}
