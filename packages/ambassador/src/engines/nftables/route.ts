import { networkInterfaces } from 'node:os';
import { findSourceAddress, isLoopback } from '@mdns-ambassador/relay';

/** The interface by which an IPv4 address is reached; `local` where that is this machine, undefined where there is no way. */
export async function findInterface(address: string): Promise<{ readonly name: string } | 'local' | undefined> {
  const found = await findSourceAddress(address);
  if ('code' in found) return undefined;
  const from = found.source;
  if (from === address || isLoopback(from)) return 'local';
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    // `eth0:1` is an address of eth0.
    if (addresses.some((own) => own.address === from)) return { name: name.replace(/:.*$/, '') };
  }
  return undefined;
}
