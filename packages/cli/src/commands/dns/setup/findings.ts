import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../../network/run-program.ts';

/** How a machine looks up names. */
export interface Findings {
  readonly platform: string;
  /** /etc/resolv.conf; empty where there is none. */
  readonly resolvConf: string;
  /** /etc/nsswitch.conf; empty where there is none. */
  readonly nsswitch: string;
  /** systemd-resolved is running. */
  readonly isResolvedThere: boolean;
  /** Undefined where it can't be had. */
  readonly systemdVersion: number | undefined;
  /** What NetworkManager's files say, one after the other. */
  readonly networkManager: string;
  /** dnsmasq reads further files from /etc/dnsmasq.d. */
  readonly hasDnsmasqFolder: boolean;
}

const NETWORK_MANAGER_FOLDERS = [
  '/usr/lib/NetworkManager/conf.d',
  '/run/NetworkManager/conf.d',
  '/etc/NetworkManager/conf.d',
];

export async function gatherFindings(platform: string): Promise<Findings> {
  const isLinux = platform === 'linux';
  return {
    platform,
    resolvConf: readText('/etc/resolv.conf'),
    nsswitch: readText('/etc/nsswitch.conf'),
    isResolvedThere: isLinux && existsSync('/run/systemd/resolve/stub-resolv.conf'),
    systemdVersion: isLinux ? readVersion(await runProgram('systemctl', ['--version'])) : undefined,
    networkManager: isLinux ? readNetworkManager() : '',
    hasDnsmasqFolder: isLinux && existsSync('/etc/dnsmasq.d'),
  };
}

/** `systemd 252 (252.39-1~deb12u2)` */
export function readVersion(text: string | undefined): number | undefined {
  const [, version] = /^systemd (\d+)/.exec(text ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
}

function readNetworkManager(): string {
  const folders = NETWORK_MANAGER_FOLDERS.flatMap((folder) =>
    listFiles(folder).map((name) => readText(join(folder, name))),
  );
  return [readText('/etc/NetworkManager/NetworkManager.conf'), ...folders].join('\n');
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.conf'));
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
