import { readMac } from '../parse/mac.ts';
import type { RunProgram } from './run-program.ts';

/** A machine that the link layer was asked for: it answered just now, some time ago, or does not. */
export interface Neighbour {
  readonly address: string;
  readonly state: 'fresh' | 'stale' | 'silent';
  /** Its hardware address, in the form of {@link readMac}; absent where it did not answer. */
  readonly mac?: string;
}

const MAC = /^(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$/i;
/** A larger table is a router's. */
const MOST_NEIGHBOURS = 1_024;
const NOBODY = /^(?:00[:-]?){6}$/;

/** The table of the link layer (ARP, neighbour discovery); undefined where it can't be read. Never rejects. */
export async function readNeighbours(
  platform: NodeJS.Platform,
  run: RunProgram,
): Promise<readonly Neighbour[] | undefined> {
  switch (platform) {
    case 'linux':
      return parse(await run('ip', ['neigh', 'show']), parseIpNeigh);
    case 'darwin': {
      const [arp, ndp] = await Promise.all([run('/usr/sbin/arp', ['-an']), run('/usr/sbin/ndp', ['-an'])]);
      const [ipv4, ipv6] = [parse(arp, parseArp), parse(ndp, parseNdp)];
      return ipv4 === undefined && ipv6 === undefined ? undefined : [...(ipv4 ?? []), ...(ipv6 ?? [])];
    }
    case 'win32':
      return parse(await run('arp', ['-a']), parseWindowsArp);
    default:
      return undefined;
  }
}

type Parser = (output: string) => readonly Neighbour[];

function parse(output: string | undefined, parser: Parser): readonly Neighbour[] | undefined {
  return output === undefined ? undefined : parser(output).slice(0, MOST_NEIGHBOURS);
}

/** `ip neigh`: `10.0.0.2 dev eth0 lladdr 02:00:00:00:00:02 REACHABLE`; `10.0.0.3 dev eth0 INCOMPLETE` or `FAILED`. */
export function parseIpNeigh(output: string): readonly Neighbour[] {
  return output.split('\n').flatMap((line): readonly Neighbour[] | Neighbour => {
    const [, address, rest = ''] = /^(\S+) dev \S+(.*)$/.exec(line.trim()) ?? [];
    if (address === undefined || /\bNOARP\b/.test(rest)) return [];
    const [, mac] = /\blladdr (\S+)/.exec(rest) ?? [];
    if (mac === undefined) return { address, state: 'silent' };
    return { address, state: /\bREACHABLE\b/.test(rest) ? 'fresh' : 'stale', ...describeMac(mac) };
  });
}

/** `arp -an` of macOS: `? (10.0.0.2) at 2:0:0:0:0:2 on en0 ifscope [ethernet]`, or `at (incomplete)`. */
export function parseArp(output: string): readonly Neighbour[] {
  return output.split('\n').flatMap((line) => {
    const [, address, mac = ''] = /^\S+ \(([\d.]+)\) at (\S+)/.exec(line) ?? [];
    return address === undefined ? [] : describe(address, mac);
  });
}

/** `ndp -an` of macOS: `fe80::1%en0  2:0:0:0:0:2  en0  23h59m58s S R`, or `(incomplete)`. */
export function parseNdp(output: string): readonly Neighbour[] {
  return output.split('\n').flatMap((line) => {
    const [address = '', mac = ''] = line.trim().split(/\s+/);
    return address.includes(':') ? describe(address.replace(/%.*$/, ''), mac) : [];
  });
}

/** `arp -a` of Windows: `10.0.0.2   02-00-00-00-00-02   dynamic`, in any language; who did not answer is not in it, or has zeros. */
export function parseWindowsArp(output: string): readonly Neighbour[] {
  return output.split('\n').flatMap((line) => {
    const [, address, mac = ''] = /^\s*(\d+\.\d+\.\d+\.\d+)\s+(\S+)/.exec(line) ?? [];
    if (address === undefined || !MAC.test(mac)) return [];
    return describe(address, NOBODY.test(mac) ? '' : mac);
  });
}

/** Where nothing says when it answered. */
function describe(address: string, mac: string): Neighbour {
  return MAC.test(mac) ? { address, state: 'stale', ...describeMac(mac) } : { address, state: 'silent' };
}

function describeMac(text: string): Pick<Neighbour, 'mac'> {
  const mac = readMac(text);
  return mac === undefined ? {} : { mac };
}
