import type { DnsPlace } from '@mdns-ambassador/dns';
import { formatTarget, type RelayError } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { describeMissingLoopback } from './listen-error.ts';

/** RFC 4795: systemd-resolved and Windows answer there on all addresses, where it is switched on. */
const LLMNR_PORT = 5355;
const WHERE_WRITTEN = '--listen of dns, --dns-listen of proxy or dns.listen of the file';
const FREE_PORT = 15_353;

/** Why names can't be answered there, and what to do. */
export function explainDnsError(
  error: RelayError,
  at: readonly DnsPlace[],
  { platform }: { readonly platform: string },
): CliError {
  const place = at.find((one) => error.message.includes(formatTarget(one))) ?? at[0];
  const where = place === undefined ? 'the address' : formatTarget(place);
  const address = place?.address ?? '127.0.0.1';
  const elsewhere = `as ${WHERE_WRITTEN}, such as ${address}:${FREE_PORT}`;
  const refuse = (exitCode: number, what: string): CliError => new CliError(exitCode, `DNS: ${what}`, { cause: error });
  switch (error.code) {
    case 'EADDRINUSE': {
      const who =
        place?.port === LLMNR_PORT
          ? 'another program, which may be one more ambassador, or LLMNR of the system (LLMNR=no in resolved.conf)'
          : 'another program';
      return refuse(EXIT_USAGE, `${where} is in use by ${who}; write another place ${elsewhere}`);
    }
    case 'EACCES':
    case 'EPERM':
      return refuse(EXIT_REFUSED, `this user may not listen on ${where}; write a port from 1024 on ${elsewhere}`);
    case 'EADDRNOTAVAIL':
      return refuse(EXIT_USAGE, describeMissingLoopback(address, platform));
    default:
      return refuse(EXIT_USAGE, error.message);
  }
}
