import type { Host } from '@mdns-ambassador/testkit';
import { runProgram } from './ambassador.ts';

/** Connections that the kernel sent on, of places that it sends clients to still. */
export async function countCarried(client: Host): Promise<number> {
  return await runProgram(client, 'carried', []);
}

/** Until the kernel, and not engine node, has carried a client. */
export async function untilCarried(host: Host, port = 7000): Promise<void> {
  const ask = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => {}).end('who\\n').resume()`;
  const isThere = `grep -q 'dst=127.0.0.1 sport=[0-9]* dport=${port} .*src=10[.]9[89][.]' /proc/net/nf_conntrack`;
  await host.until(`{ ${process.execPath} -e "${ask}"; ${isThere}; }`);
}
