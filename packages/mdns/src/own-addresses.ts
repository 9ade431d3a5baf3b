import { readLinuxCarrierChanges } from './interface-kind.ts';
import { normalizeInterfaceName } from './interfaces.ts';
import { readSystemInterfaces } from './system-interfaces.ts';

/** An address of an interface that is up and, where the system tells, has a carrier. */
export interface OwnAddress {
  /** Without zone. */
  readonly address: string;
  /** How often its interface got or lost its carrier; undefined where the system does not tell. */
  readonly carrierChanges: number | undefined;
}

/** The addresses that lead to other machines; undefined where nothing can be read. */
export function readOwnAddresses(): readonly OwnAddress[] | undefined {
  const interfaces = readSystemInterfaces();
  if (interfaces === undefined) return undefined;
  try {
    return Object.entries(interfaces).flatMap(([name, addresses = []]) => {
      const outward = addresses.filter(({ internal }) => !internal);
      if (outward.length === 0) return [];
      const carrierChanges = readLinuxCarrierChanges(normalizeInterfaceName(name));
      return outward.map(({ address }) => ({ address: address.replace(/%.*$/, ''), carrierChanges }));
    });
  } catch {
    // No file descriptor is left.
    return undefined;
  }
}
