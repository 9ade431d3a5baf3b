/** What nftables has counted under one name. */
export interface PacketCount {
  readonly packets: number;
  readonly bytes: number;
}

/** IPv4's header and TCP's with the option of timestamps (RFC 9293 3.1, RFC 7323 3.2), which is what Linux sends. */
const HEADER_BYTES = 52;

/** Reads what `nft -j list counters` says; undefined for what is none of it. */
export function parseCounters(json: string): ReadonlyMap<string, PacketCount> | undefined {
  const entries = readEntries(json);
  if (entries === undefined) return undefined;
  const counts = new Map<string, PacketCount>();
  for (const { counter } of entries) {
    if (counter === undefined) continue;
    const { name, packets, bytes } = counter;
    if (typeof name === 'string' && typeof packets === 'number' && typeof bytes === 'number') {
      counts.set(name, { packets, bytes });
    }
  }
  return counts;
}

/** What passed without the headers: exact where each packet has the usual ones. */
export function countPayload({ packets, bytes }: PacketCount): number {
  return Math.max(0, bytes - packets * HEADER_BYTES);
}

interface CounterEntry {
  readonly counter?: { readonly name?: unknown; readonly packets?: unknown; readonly bytes?: unknown };
}

function readEntries(json: string): readonly CounterEntry[] | undefined {
  try {
    const { nftables }: { readonly nftables?: readonly CounterEntry[] } = JSON.parse(json);
    return Array.isArray(nftables) ? nftables : undefined;
  } catch {
    return undefined;
  }
}
