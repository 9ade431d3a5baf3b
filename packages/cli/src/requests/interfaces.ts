import type { NetworkInterfaceInfo } from 'node:os';
import { InvalidValue } from '../exit/cli-error.ts';
import type { Settings } from '../settings/settings.ts';

type SystemInterfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** The `--interface` names as this machine spells them; empty when none is named. One that is not up yet stays as it was written. */
export function readInterfaces(
  settings: Settings,
  system: SystemInterfaces,
  platform: NodeJS.Platform,
): readonly string[] {
  const existing = Object.keys(system);
  return settings.readEach('interface', (text) => {
    const wanted = text.replace(/@.*$/, '');
    const found = existing.find(
      (name) => name === wanted || (platform === 'win32' && name.toLowerCase() === wanted.toLowerCase()),
    );
    if (wanted.trim() === '')
      throw new InvalidValue(`"${text}" names no interface; write one of ${existing.join(', ')}`);
    return found ?? wanted;
  });
}

/** The name of the interface that reaches this machine only: `lo`, `lo0`, `Loopback Pseudo-Interface 1`. */
export function findLoopbackInterface(system: SystemInterfaces): string | undefined {
  return Object.entries(system).find(([, addresses]) => addresses?.some(({ internal }) => internal) === true)?.[0];
}
