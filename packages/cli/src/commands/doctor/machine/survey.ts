import { hostname } from 'node:os';
import { type Clock, createMdnsNode, hostLabel, type Instance, type Network } from '@mdns-ambassador/mdns';

/** Types looked into; a link has some tens. */
const MOST_TYPES = 256;

/** What is announced on the links. */
export interface Survey {
  readonly instances: readonly Instance[];
  /** Interfaces on which more is announced than is kept. */
  readonly refusedOn: readonly string[];
  /** Records that found no room. */
  readonly recordsRefused: number;
}

/** Browses every type for `durationMs`. Never rejects; undefined where mDNS can't be used. */
export async function surveyLinks(network: Network, clock: Clock, durationMs: number): Promise<Survey | undefined> {
  const refusedOn = new Set<string>();
  const found = new Map<string, Instance>();
  const node = createMdnsNode({
    network,
    clock,
    random: Math.random,
    hostLabel: hostLabel(hostname(), Math.random),
    onEvent: (event) => {
      if (event.kind === 'records-refused') refusedOn.add(event.interfaceName);
    },
  });
  try {
    await node.start();
    let types = 0;
    node.browseTypes((type) => {
      types += 1;
      if (types > MOST_TYPES) return;
      node.browse({ type }, ({ kind, instance }) => {
        const key = `${instance.type}/${instance.name}/${instance.link ?? ''}`;
        if (kind === 'removed') found.delete(key);
        else found.set(key, instance);
      });
    });
    await new Promise<void>((resolve) => void clock.after(durationMs, resolve));
    return {
      instances: [...found.values()],
      refusedOn: [...refusedOn],
      recordsRefused: node.counters.recordsRefused,
    };
  } catch {
    return undefined;
  } finally {
    await node.close();
  }
}
