import { open, readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { nameEnd } from '@mdns-ambassador/relay';
import type { ListeningPlace } from './rules.ts';

/** A client's connection that the kernel carries. */
export interface Flow {
  /** The client's own port and where it believes to be connected. */
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly listening: ListeningPlace;
  /** `10.0.0.1|6379`: where it leads; absent where the kernel does not say. */
  readonly place?: string;
}

/** Root reads it, where the kernel was built with it. */
const CONNTRACK = '/proc/net/nf_conntrack';
const SOCKETS = '/proc/net/tcp';

const CONNTRACK_LINE =
  /^ipv4 +2 tcp +6 \d+ (\w+) src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) (?:packets=\d+ bytes=\d+ )?(?:\[\w+\] )?src=(\S+) dst=\S+ sport=(\d+) /;
const CARRYING: readonly string[] = ['SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK'];
/** Of /proc/net/tcp: established, FIN_WAIT1 and 2, CLOSE_WAIT, LAST_ACK. */
export const OPEN_STATES: readonly string[] = ['01', '04', '05', '08', '09'];

/** Whether it is known where each flow leads. */
export async function canReadPlaces(): Promise<boolean> {
  try {
    await (await open(CONNTRACK)).close();
    return true;
  } catch {
    return false;
  }
}

/** The connections that the kernel carries for these places now. */
export async function readFlows(listening: readonly ListeningPlace[]): Promise<readonly Flow[]> {
  try {
    return parseConntrack(await readFile(CONNTRACK, 'latin1'), listening);
  } catch {
    return parseSockets(await readFile(SOCKETS, 'latin1').catch(() => ''), listening);
  }
}

/** From a text like that of /proc/net/nf_conntrack. */
export function parseConntrack(text: string, listening: readonly ListeningPlace[]): readonly Flow[] {
  const flows: Flow[] = [];
  for (const line of text.split('\n')) {
    const [, state = '', src = '', dst = '', sport, dport, server = '', serverPort] = CONNTRACK_LINE.exec(line) ?? [];
    if (!CARRYING.includes(state)) continue;
    const at = listening.find(({ address, port }) => address === dst && port === Number(dport));
    const isTranslated = server !== dst || serverPort !== dport;
    if (at === undefined || !isTranslated) continue;
    flows.push({ clientAddress: src, clientPort: Number(sport), listening: at, place: `${server}|${serverPort}` });
  }
  return flows;
}

/** From a text like that of /proc/net/tcp: sockets of clients whose other end is no socket of this machine's. */
export function parseSockets(text: string, listening: readonly ListeningPlace[]): readonly Flow[] {
  const rows = text.split('\n').map((row) => row.trim().split(/\s+/));
  const ends = new Set(rows.map(([, local, remote]) => `${local} ${remote}`));
  const byName = new Map(listening.map((at) => [nameEnd(at.address, at.port), at]));
  return rows.flatMap(([, local = '', remote = '', state = '']) => {
    const at = byName.get(remote);
    if (at === undefined || !OPEN_STATES.includes(state) || ends.has(`${remote} ${local}`)) return [];
    const [address = '', port = ''] = local.split(':');
    return [{ clientAddress: readAddress(address), clientPort: Number.parseInt(port, 16), listening: at }];
  });
}

/** One word in the order of this machine's bytes. */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return [...(endianness() === 'LE' ? bytes.reverse() : bytes)].join('.');
}
