import { readFileSync } from 'node:fs';

/**
 * How many IPv4 multicast packets the kernel has taken for groups that are joined here, before its firewall's input rules; undefined
 * elsewhere than on Linux. `root` is put before the path.
 */
export function readMulticastCount(platform: NodeJS.Platform, root: string = ''): number | undefined {
  if (platform !== 'linux') return undefined;
  try {
    return parseMulticastCount(readFileSync(`${root}/proc/net/netstat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** proc_net_netstat: a line of names and one of numbers, both headed `IpExt:`. */
export function parseMulticastCount(table: string): number | undefined {
  const [names, values] = table
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
    .map((line) => line.trim().split(/\s+/));
  const value = values?.[names?.indexOf('InMcastPkts') ?? -1];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
