import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { findProgram } from './program.ts';
import { findLink } from './route.ts';

/** Somebody on a link of this machine, as its kernel knows of him (ARP). */
export interface NeighbourEntry {
  readonly address: string;
  readonly device: string;
  /** False: he was asked, and did not answer. */
  readonly isAnswering: boolean;
}

const TABLE = '/proc/net/arp';
/** Of a table without bound. */
const MOST_NEIGHBOURS = 4_096;
/** Flags of <linux/if_arp.h>: whether there is a hardware address; who is permanent is never asked. */
const ASKED = '0x0';
const COMPLETE = '0x2';
const ROW = /^(\d+\.\d+\.\d+\.\d+) +0x\S+ +(0x\S+) +\S+ +\S+ +(\S+)$/;
/** What `ip -batch` takes for nothing else. */
const DEVICE = /^[\w.:-]+$/;
const PROGRAMS = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'];
const RUN_MS = 5_000;

/** Never rejects. */
export async function readNeighbours(): Promise<readonly NeighbourEntry[]> {
  return parseNeighbours(await readFile(TABLE, 'latin1').catch(() => ''));
}

/** From a text like that of /proc/net/arp. */
export function parseNeighbours(text: string): readonly NeighbourEntry[] {
  return text
    .split('\n')
    .slice(0, MOST_NEIGHBOURS)
    .flatMap((row) => {
      const [, address = '', flags = '', device = ''] = ROW.exec(row.trimEnd()) ?? [];
      return flags === ASKED || flags === COMPLETE ? [{ address, device, isAnswering: flags === COMPLETE }] : [];
    });
}

/**
 * Has the kernel ask for these addresses: three times within 3 s, then it knows no hardware address of who has not answered. With each: what
 * the table has of it; one that is in none is asked for if it is on a link of this machine. Where there is no `ip` (iproute2), the
 * kernel asks in its own time, when something is sent there. Never rejects.
 */
export async function askNeighbours(asked: ReadonlyMap<string, readonly NeighbourEntry[]>): Promise<void> {
  const ip = findProgram(PROGRAMS);
  if (ip === undefined) return;
  const neighbours = [...asked.values()].flat();
  for (const [address, known] of asked) {
    const device = known.length === 0 ? await findLink(address) : undefined;
    if (device !== undefined) neighbours.push({ address, device, isAnswering: false });
  }
  const commands = neighbours.flatMap(({ address, device, isAnswering }) => {
    if (!DEVICE.test(device)) return [];
    const at = `${address} dev ${device} nud`;
    return isAnswering ? `neigh change to ${at} probe\n` : `neigh replace to ${at} none use\n`;
  });
  if (commands.length === 0) return;
  await new Promise<void>((resolve) => {
    const child = execFile(ip, ['-batch', '-'], { timeout: RUN_MS }, () => resolve());
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(commands.join(''));
  });
}
