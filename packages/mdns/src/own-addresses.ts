import { networkInterfaces } from 'node:os';
import { normalizeInterfaceName } from './interfaces.ts';
import { isLinuxInnerBridge, readLinuxCarrierChanges } from './linux-interface.ts';
import { readSystemInterfaces } from './system-interfaces.ts';
import { withoutZone } from './wire/address.ts';

/** An address of an interface that is up and, where the system tells, has a carrier. */
export interface OwnAddress {
  /** Without zone. */
  readonly address: string;
  /** How often its interface got or lost its carrier; undefined where the system does not tell. */
  readonly carrierChanges: number | undefined;
}

/** The addresses that lead to other machines, as those of a bridge without a cable do not; undefined where nothing can be read. */
export function readOwnAddresses(
  read: typeof networkInterfaces = networkInterfaces,
  sysfs?: string,
): readonly OwnAddress[] | undefined {
  const interfaces = readSystemInterfaces(read);
  if (interfaces === undefined) return undefined;
  try {
    return Object.entries(interfaces).flatMap(([name, addresses = []]) => {
      const outward = addresses.filter(({ internal }) => !internal);
      const link = normalizeInterfaceName(name);
      if (outward.length === 0 || isLinuxInnerBridge(link, sysfs)) return [];
      const carrierChanges = readLinuxCarrierChanges(link, sysfs);
      return outward.map(({ address }) => ({ address: withoutZone(address), carrierChanges }));
    });
  } catch {
    // No file descriptor is left.
    return undefined;
  }
}
