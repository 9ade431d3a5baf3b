import type { Host } from '@mdns-ambassador/testkit';

/** Connections that the kernel sent on, of places that it sends clients to still. */
export async function countCarried(client: Host): Promise<number> {
  const counters = JSON.parse(await client.read('nft', ['-j', 'list', 'counters', 'ip']));
  return counters.nftables.reduce(
    (sum: number, { counter }: { readonly counter?: { readonly name: string; readonly packets: number } }) =>
      counter?.name.startsWith('new-') === true ? sum + counter.packets : sum,
    0,
  );
}
