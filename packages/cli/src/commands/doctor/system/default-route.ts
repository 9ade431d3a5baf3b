import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import type { RunProgram } from '../../../network/run-program.ts';

/** RTF_UP, linux/route.h */
const ROUTE_IS_UP = 0x1;
/** A VPN that leaves the default route in place covers it by two halves: 0.0.0.0/1 and 128.0.0.0/1. */
const HALF_MASK = '00000080';

/** Where all goes that has no route of its own. */
export interface DefaultRoute {
  /** Literal; undefined: the interface itself, as of a tunnel. */
  readonly gateway: string | undefined;
  /** Its name, or on Windows its address. */
  readonly interfaceName: string;
}

/** `none`: there is no such route; undefined where it can't be read. `root` is put before paths. Never rejects. */
export async function readSystemRoute(
  platform: NodeJS.Platform,
  run: RunProgram,
  root: string = '',
): Promise<DefaultRoute | 'none' | undefined> {
  switch (platform) {
    case 'linux':
      return parse(readText(`${root}/proc/net/route`), parseProcRoute);
    case 'darwin':
      return parse(await run('/sbin/route', ['-n', 'get', 'default']), parseRouteGet);
    case 'win32':
      return parse(await run('route', ['print', '-4', '0.0.0.0']), parseRoutePrint);
    default:
      return undefined;
  }
}

function parse(
  output: string | undefined,
  parser: (output: string) => DefaultRoute | undefined,
): DefaultRoute | 'none' | undefined {
  return output === undefined ? undefined : (parser(output) ?? 'none');
}

/** proc_net_route: the least metric, and before all a VPN that covers the default route by halves. */
export function parseProcRoute(table: string): DefaultRoute | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, destination, , flags = '', , , , mask]) =>
        destination === '00000000' &&
        (mask === '00000000' || mask === HALF_MASK) &&
        (Number.parseInt(flags, 16) & ROUTE_IS_UP) !== 0,
    )
    .map(([interfaceName = '', , gateway = '', , , , metric, mask]) => ({
      interfaceName,
      gateway: readGateway(gateway),
      metric: Number(metric),
      isHalf: mask === HALF_MASK,
    }));
  const [best] = routes.toSorted((a, b) => Number(b.isHalf) - Number(a.isHalf) || a.metric - b.metric);
  return best === undefined ? undefined : { gateway: best.gateway, interfaceName: best.interfaceName };
}

/** A word of 32 bits as this machine writes it; zero: none. */
function readGateway(hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== 4 || bytes.every((byte) => byte === 0)) return undefined;
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('.');
}

/** `route -n get default` of macOS: `gateway: 10.0.0.1` and `interface: en0`. */
export function parseRouteGet(output: string): DefaultRoute | undefined {
  const interfaceName = /^\s*interface: (\S+)/m.exec(output)?.[1];
  const gateway = /^\s*gateway: ([\d.]+|[0-9a-f:]+)(?:%\S+)?\s*$/m.exec(output)?.[1];
  return interfaceName === undefined ? undefined : { gateway, interfaceName };
}

/** `route print` of Windows: `0.0.0.0 0.0.0.0 10.0.0.1 10.0.0.5 25` (gateway, own address, metric), in any language. */
export function parseRoutePrint(output: string): DefaultRoute | undefined {
  const routes = output.split('\n').flatMap((line) => {
    const [, gateway = '', interfaceName, metric] =
      /^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+(\S+)\s+(\d+\.\d+\.\d+\.\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    if (interfaceName === undefined) return [];
    return [{ gateway: /^[\d.]+$/.test(gateway) ? gateway : undefined, interfaceName, metric: Number(metric) }];
  });
  const [best] = routes.toSorted((a, b) => a.metric - b.metric);
  return best === undefined ? undefined : { gateway: best.gateway, interfaceName: best.interfaceName };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
