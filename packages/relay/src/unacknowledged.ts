import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { stripZone } from './loopback.ts';
import { addressToBytes } from './proxy-protocol/ip-bytes.ts';

/** What Linux knows of each TCP socket of this network namespace; other systems have no such file. */
const TABLES: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6'];
/**
 * So many retransmissions, or probes of a closed window, in a row without an acknowledgement. They come 200 ms after the first
 * try at the earliest, and each waits twice as long as the one before (RFC 6298 5.5): 25 s, as long as keep-alive takes for an
 * idle connection.
 */
const MANY_TRIES = 7;
/** Column `tr` of the table: the timer that runs. */
const RETRANSMITTING = '01';
const PROBING_WINDOW = '04';

/** The two ends of a TCP connection, as a `net.Socket` has them. */
export interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Sockets whose peers have acknowledged nothing for {@link MANY_TRIES} tries. */
export class Unacknowledged {
  readonly #names: ReadonlySet<string>;
  readonly #remotes: ReadonlySet<string>;

  /** `tables`: texts like that of /proc/net/tcp. */
  constructor(tables: readonly string[]) {
    this.#names = new Set(tables.flatMap((table) => table.split('\n').flatMap(readRow)));
    this.#remotes = new Set([...this.#names].flatMap((name) => name.split(' ')[1] ?? []));
  }

  /** As the kernel says now. Where it does not say, nobody is among them, and its own patience decides: a quarter of an hour on Linux. */
  static async read(): Promise<Unacknowledged> {
    return new Unacknowledged(await Promise.all(TABLES.map((file) => readFile(file, 'latin1').catch(() => ''))));
  }

  has({ localAddress, localPort, remoteAddress, remotePort }: Ends): boolean {
    if (localAddress === undefined || localPort === undefined) return false;
    if (remoteAddress === undefined || remotePort === undefined) return false;
    return this.#names.has(`${nameEnd(localAddress, localPort)} ${nameEnd(remoteAddress, remotePort)}`);
  }

  /** Whether there is such a socket of any process to this place, which is an IP address. */
  hasRemote(address: string, port: number): boolean {
    return this.#remotes.has(nameEnd(address, port));
  }
}

/** The name of the socket of one row of the table, if nobody acknowledges what it sends. */
function readRow(row: string): readonly string[] {
  const [, local, remote, , , timer, retransmissions, , probes] = row.trim().split(/\s+/);
  const state = timer?.slice(0, RETRANSMITTING.length);
  const tries =
    state === RETRANSMITTING
      ? Number.parseInt(retransmissions ?? '', 16)
      : state === PROBING_WINDOW
        ? Number(probes)
        : 0;
  return tries >= MANY_TRIES ? [`${local} ${remote}`] : [];
}

/** As /proc/net/tcp writes it, `0100007F:18EB`: an IP address in words of 32 bits in the order of this machine's bytes, and the port. */
export function nameEnd(address: string, port: number): string {
  const bytes = addressToBytes(stripZone(address)) ?? Buffer.alloc(0);
  if (endianness() === 'LE') for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return `${bytes.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}
