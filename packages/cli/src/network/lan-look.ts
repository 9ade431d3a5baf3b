import type { LanLook, SeenInstance } from '@mdns-ambassador/admin';
import { type Browse, type Instance, type MdnsNode, readService, readTxtText } from '@mdns-ambassador/mdns';
import { listAddresses } from '../output/json.ts';

/** What is browsed for the picture of a network. */
const MAX_TYPES = 64;
const MAX_INSTANCES = 1_024;

/** Browses all that is announced, until it is closed. `onChange` is called with what has changed already. */
export function browseAll(
  node: Pick<MdnsNode, 'browse' | 'browseTypes'>,
  onChange: () => void,
): Pick<LanLook, 'instances' | 'close'> {
  const instances = new Map<string, SeenInstance>();
  const browses: Browse[] = [];
  const types = node.browseTypes((type) => {
    if (browses.length >= MAX_TYPES) return;
    browses.push(
      node.browse({ type }, (event) => {
        const key = JSON.stringify([event.instance.type.toLowerCase(), event.instance.name, event.instance.link]);
        if (event.kind === 'removed') instances.delete(key);
        else if (instances.has(key) || instances.size < MAX_INSTANCES) instances.set(key, describe(event.instance));
        onChange();
      }),
    );
  });
  return {
    instances: () => [...instances.values()],
    close() {
      types.close();
      for (const browse of browses) browse.close();
    },
  };
}

function describe(instance: Instance): SeenInstance {
  const { name, type, host, port, txt, addresses } = instance;
  return {
    service: readService(instance),
    instance: name,
    type,
    host,
    port,
    addresses: listAddresses(instance),
    isFromThisHost: addresses.some(({ isFromThisHost }) => isFromThisHost),
    isOurs: txt.has('id') && readTxtText(txt, 'txtvers') === '1',
  };
}
