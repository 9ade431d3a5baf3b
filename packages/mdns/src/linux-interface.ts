import { existsSync } from 'node:fs';
import { listKernelFolder, readKernelFile, SYSFS } from './kernel-file.ts';

/** A number that Linux has of an interface; undefined where it can't be read. `ifindex` was given to it when it was made, `mtu` bytes of an IP packet it carries whole. */
export function readLinuxNumber(name: string, of: 'ifindex' | 'mtu'): number | undefined {
  const number = Number(readKernelFile(`${SYSFS}/${name}/${of}`));
  return number > 0 ? number : undefined;
}

/**
 * How often it got or lost its carrier; undefined where that can't be read. Of a bridge, which has one as long as a virtual machine is
 * there, those of its cables are counted, too.
 */
export function readLinuxCarrierChanges(name: string, sysfs: string = SYSFS): number | undefined {
  const text = readKernelFile(`${sysfs}/${name}/carrier_changes`);
  if (text === '') return undefined;
  const counts = listCables(name, sysfs).map((port) => Number(readKernelFile(`${sysfs}/${port}/carrier_changes`)));
  return counts.reduce((sum, count) => sum + count, Number(text));
}

/** Whether it is a bridge of containers or virtual machines alone, which loses its carrier with the last of them. */
export function isLinuxInnerBridge(name: string, sysfs: string = SYSFS): boolean {
  return existsSync(`${sysfs}/${name}/bridge`) && listCables(name, sysfs).length === 0;
}

/** The ports of a bridge that lead out of this machine. */
function listCables(bridge: string, sysfs: string): readonly string[] {
  const isCable = (port: string): boolean =>
    existsSync(`${sysfs}/${port}/device`) || /^DEVTYPE=(bond|vlan)$/m.test(readKernelFile(`${sysfs}/${port}/uevent`));
  return listKernelFolder(`${sysfs}/${bridge}/brif`).filter(isCable);
}
