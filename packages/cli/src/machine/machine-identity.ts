import { readdirSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { deriveIdentity } from './identity.ts';
import { nameStateFolder, readSeed } from './seed.ts';

/** Linux: a file for each property of each interface, up or not. */
const INTERFACES = '/sys/class/net';
/** `addr_assign_type` of an address that the hardware has. */
const PERMANENT = '0';

/** Of the machine that this process runs on; the first time it makes a seed in the state folder. */
export function readMachineIdentity(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const hardware = platform === 'linux' ? readHardware() : [];
  const macs = hardware.length > 0 ? hardware : listConnected();
  return deriveIdentity({ seed: readSeed(nameStateFolder(env, platform), hostname()), macs });
}

/** Those of the hardware, which are there before the network is. */
function readHardware(): readonly string[] {
  try {
    return readdirSync(INTERFACES)
      .filter((name) => read(name, 'addr_assign_type') === PERMANENT)
      .map((name) => read(name, 'address'));
  } catch {
    return [];
  }
}

/** Empty where there is no such property: not everything in the folder is an interface. */
function read(name: string, property: string): string {
  try {
    return readFileSync(join(INTERFACES, name, property), 'utf8').trim();
  } catch {
    return '';
  }
}

function listConnected(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ internal }) => !internal).map(({ mac }) => mac),
  );
}
