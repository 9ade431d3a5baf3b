import type { Host } from '@mdns-ambassador/testkit';

/** The ids of the haproxy processes on a host, which has the machine's processes and a network of its own. */
export async function findHaproxy(host: Host): Promise<readonly string[]> {
  const own = await host.read('readlink', ['/proc/self/ns/net']);
  const question = `for id in $(pgrep -x haproxy); do [ "$(readlink /proc/$id/ns/net)" = '${own.trim()}' ] && echo $id; done; true`;
  return (await host.read('sh', ['-c', question])).split('\n').filter((line) => line !== '');
}
