import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '@mdns-ambassador/relay';

/** Any: nothing is sent. */
const PORT = 9;

/** The interface by which an IPv4 address is reached; `local` where that is this machine, undefined where there is no way. */
export async function findInterface(address: string): Promise<{ readonly name: string } | 'local' | undefined> {
  const from = await findOwnAddress(address);
  if (from === undefined) return undefined;
  if (from === address || isLoopback(from)) return 'local';
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    // `eth0:1` is an address of eth0.
    if (addresses.some((own) => own.address === from)) return { name: name.replace(/:.*$/, '') };
  }
  return undefined;
}

/** With which address this machine would speak to another: the kernel says, without a packet. */
function findOwnAddress(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (own: string | undefined): void => {
      socket.removeAllListeners().close();
      resolve(own);
    };
    socket.once('error', () => finish(undefined));
    socket.connect(PORT, address, () => finish(socket.address().address));
  });
}
