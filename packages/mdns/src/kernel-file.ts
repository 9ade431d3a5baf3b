import { readdirSync, readFileSync } from 'node:fs';
import { failForWantOfDescriptor } from './no-descriptor.ts';

/** What Linux says of each interface, in a folder of its name. */
export const SYSFS = '/sys/class/net';

/** The text, without blanks around it; empty where it can't be read. Throws `no-descriptor` where the want of a file descriptor is why. */
export function readKernelFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    failForWantOfDescriptor(error);
    return '';
  }
}

/** As {@link readKernelFile}: the names in a folder. */
export function listKernelFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    failForWantOfDescriptor(error);
    return [];
  }
}
