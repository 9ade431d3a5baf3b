import { existsSync, readFileSync } from 'node:fs';

/** The kernel of WSL2 (`...-microsoft-standard-WSL2`); WSL1 (`...-Microsoft`) uses the network of Windows itself. */
const WSL2_KERNEL = /microsoft-standard|wsl2/i;
/** An interface that WSL2 has where it mirrors those of Windows. */
const MIRROR = '/sys/class/net/loopback0';

/** Whether this Linux runs in WSL2 behind a network of its own, where no multicast of the LAN gets to; `root` is put before paths. */
export function isBehindWindows(root: string = ''): boolean {
  try {
    return WSL2_KERNEL.test(readFileSync(`${root}/proc/version`, 'utf8')) && !existsSync(root + MIRROR);
  } catch {
    return false;
  }
}
