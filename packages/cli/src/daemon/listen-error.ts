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
  const instead = `such as ${service}:${offerPort(target?.kind === 'tcp' ? target.port : 0)}`;
  const refuse = (exitCode: number, sentence: string): CliError => new CliError(exitCode, sentence, { cause: error });
  switch (error.code) {
    case 'EADDRINUSE': {
      const other = target?.kind === 'unix' ? 'path' : `local port, ${instead}`;
      return refuse(EXIT_USAGE, `${where} is in use by another program; write another ${other}`);
    }
    case 'NO_PIPE':
    case 'NO_SOCKET':
      return refuse(EXIT_USAGE, error.message);
    case REMOTE_SOCKET: {
      const [what] = error.message.split(';');
      return refuse(EXIT_REFUSED, `${what}; add --allow-remote if that is meant, or bind it to 127.0.0.1`);
    }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      if (target?.kind === 'unix') {
        return refuse(EXIT_REFUSED, `can't listen on ${where}: ${explainForbidden(target.path, error.code, 'user')}`);
      }
      return refuse(EXIT_REFUSED, `this user may not listen on ${where}; write a local port from 1024 on, ${instead}`);
    case 'EADDRNOTAVAIL':
      return refuse(EXIT_USAGE, describeMissingLoopback(target?.kind === 'tcp' ? target.address : where, platform));
    default:
      return refuse(EXIT_USAGE, `can't listen on ${where}: ${error.message}`);
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
