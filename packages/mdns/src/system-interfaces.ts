import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** The interfaces as the system tells them; undefined where it tells this program of none (Android from 13 on: EACCES). */
export function readSystemInterfaces(
  read: () => NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces,
): NodeJS.Dict<NetworkInterfaceInfo[]> | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
