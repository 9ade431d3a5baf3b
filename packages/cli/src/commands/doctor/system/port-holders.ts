import type { RunProgram } from '../../../network/run-program.ts';

/** A program that listens on a port; the name is as the system says it, and not escaped yet. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** More than these on one port tell nothing more. */
const MOST_HOLDERS = 8;

/** Who listens on a UDP port of this machine; undefined where the system does not say, or not to this user. Never rejects. */
export async function findUdpHolders(
  port: number,
  platform: NodeJS.Platform,
  run: RunProgram,
): Promise<readonly PortHolder[] | undefined> {
  switch (platform) {
    case 'linux': {
      const output = await run('ss', ['-Hlunp', `sport = :${port}`]);
      return output === undefined ? undefined : parseSs(output);
    }
    case 'darwin': {
      const output = await run('/usr/sbin/lsof', ['-nP', `-iUDP:${port}`, '-Fpc']);
      return output === undefined ? undefined : parseLsof(output);
    }
    case 'win32': {
      const output = await run('netstat', ['-ano', '-p', 'udp']);
      if (output === undefined) return undefined;
      const tasks = await run('tasklist', ['/fo', 'csv', '/nh']);
      return nameProcesses(parseNetstat(output, port), tasks ?? '');
    }
    default:
      return undefined;
  }
}

/** `ss -Hlunp`: `UNCONN 0 0 0.0.0.0:5353 0.0.0.0:* users:(("avahi-daemon",pid=71,fd=12))`; without users for who may not know. */
export function parseSs(output: string): readonly PortHolder[] | undefined {
  const found = [...output.matchAll(/\("((?:[^"\\]|\\.)*)",pid=(\d+),fd=\d+\)/g)];
  if (found.length === 0 && output.trim() !== '') return undefined;
  return distinct(found.map(([, name = '', pid]) => ({ pid: Number(pid), name })));
}

/** `lsof -Fpc`: a line `p71` for each process, and `cmDNSResponder` for its name. */
export function parseLsof(output: string): readonly PortHolder[] {
  const holders: PortHolder[] = [];
  let pid: number | undefined;
  for (const line of output.split('\n')) {
    if (/^p\d+$/.test(line)) pid = Number(line.slice(1));
    else if (line.startsWith('c') && pid !== undefined) holders.push({ pid, name: line.slice(1) });
  }
  return distinct(holders);
}

/** `netstat -ano -p udp`: `UDP 0.0.0.0:5353 *:* 1234`, in any language. */
export function parseNetstat(output: string, port: number): readonly number[] {
  const pids = output.split('\n').flatMap((line) => {
    const [, local, pid] = /^\s*UDP\s+(\S+)\s+\*:\*\s+(\d+)\s*$/.exec(line) ?? [];
    return local?.endsWith(`:${port}`) === true ? Number(pid) : [];
  });
  return [...new Set(pids)].slice(0, MOST_HOLDERS);
}

/** `tasklist /fo csv /nh`: `"svchost.exe","1234","Services","0","9,876 K"`. */
export function nameProcesses(pids: readonly number[], tasks: string): readonly PortHolder[] {
  const names = new Map<number, string>();
  for (const line of tasks.split('\n')) {
    const [, name, pid] = /^"([^"]*)","(\d+)",/.exec(line) ?? [];
    if (name !== undefined) names.set(Number(pid), name);
  }
  return pids.map((pid) => ({ pid, name: names.get(pid) ?? 'a process' }));
}

function distinct(holders: readonly PortHolder[]): readonly PortHolder[] {
  return [...new Map(holders.map((holder) => [holder.pid, holder])).values()].slice(0, MOST_HOLDERS);
}
