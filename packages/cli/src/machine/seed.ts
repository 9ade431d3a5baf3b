import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '@mdns-ambassador/relay';
import { findHome, nameUserFolder } from './own-user.ts';

const SEED_BYTES = 16;
const SEED = /^[0-9a-f]{32}$/;
const MACHINE_ID = '/etc/machine-id';

/** Where ambassador keeps what is to last; nothing in it is needed. */
export function nameStateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const local = platform === 'win32' ? env.LOCALAPPDATA : undefined;
  const [home, ...folders] = local ? [local] : [findHome(), '.local', 'state'];
  return join(nameUserFolder(env.XDG_STATE_HOME, home, ...folders), 'ambassador');
}

/**
 * What stays the same on a machine: a random seed in this folder, made where there is none; where none can be kept, the machine's
 * id, and without one `hostname`. Never throws.
 */
export function readSeed(folder: string, hostname: string, machineId: string = MACHINE_ID): string {
  const path = join(folder, 'seed');
  return readMatching(path, SEED) ?? makeSeed(folder, path) ?? readMatching(machineId, SEED) ?? hostname;
}

/** Undefined where it can't be kept. Of two who make one at a time, both take the first. */
function makeSeed(folder: string, path: string): string | undefined {
  try {
    makeFolders(folder, 0o700);
    writeFileSync(path, `${randomBytes(SEED_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch {
    // Somebody else made it, or it can't be made.
  }
  return readMatching(path, SEED);
}

function readMatching(path: string, form: RegExp): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return form.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
