import type { Browse, BrowseEvent, Instance, MdnsNode } from '@mdns-ambassador/mdns';
import { LOOK_TYPE } from './look-beacon.ts';

interface HeardInstance {
  readonly instance: Instance;
  /** It has said goodbye, and is removed a second later. */
  readonly isLeaving: boolean;
}

export interface BrowsedAll {
  /** In the order in which they were first heard. */
  list(): readonly HeardInstance[];
  /** Idempotent; nothing is called afterwards. */
  close(): void;
}

/** The first that come are kept, against who announces without end. */
export interface BrowseLimits {
  readonly types: number;
  /** Of all types together. */
  readonly instances: number;
}

/** Browses every type that is announced, until it is closed. `onChange` is called when `list` returns what is new. */
export function browseAll(
  node: Pick<MdnsNode, 'browse' | 'browseTypes'>,
  limits: BrowseLimits,
  onChange: () => void,
): BrowsedAll {
  const heard = new Map<string, HeardInstance>();
  const browses: Browse[] = [];
  const take = ({ kind, instance }: BrowseEvent): void => {
    const key = JSON.stringify([instance.type.toLowerCase(), instance.name, instance.link]);
    if (kind === 'removed') heard.delete(key);
    else if (heard.has(key) || heard.size < limits.instances)
      heard.set(key, { instance, isLeaving: kind === 'leaving' });
    onChange();
  };
  const types = node.browseTypes((type) => {
    if (type.toLowerCase() === LOOK_TYPE) return;
    if (browses.length < limits.types) browses.push(node.browse({ type }, take));
  });
  return {
    list: () => [...heard.values()],
    close() {
      types.close();
      for (const browse of browses) browse.close();
    },
  };
}
