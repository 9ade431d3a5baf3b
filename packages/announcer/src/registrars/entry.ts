import { readTxtText, SERVICE_TXT_KEY, type ServiceOptions } from '@mdns-ambassador/mdns';
import { MESH_TXT_KEYS } from '@mdns-ambassador/mesh';

/** Of the instance's name within the entry's. */
const LONGEST_STEM = 48;
/** Of the TXT keys, what only mDNS has a use for: a signature that changes every hour would make each reader take up the entry anew. */
const OMITTED_KEYS: readonly string[] = ['txtvers', SERVICE_TXT_KEY, ...MESH_TXT_KEYS.flatMap(([, ...macs]) => macs)];

/**
 * What the entry of a service is called: `redis-on-h1-k3x9...-q2wm...`, by the `id` of its TXT data and that of this start, so that
 * one process never takes the entry of another, nor of its own former life.
 */
export function nameEntry({ name, txt }: Pick<ServiceOptions, 'name' | 'txt'>, startId: string): string {
  const stem = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST_STEM);
  const id = txt === undefined ? undefined : readTxtText(txt, 'id');
  return [stem || 'service', id, startId].filter((part) => part !== undefined && part !== '').join('-');
}

/**
 * nerve's JSON: `host`, `port`, `name`, `weight` (where it is not 0) and `labels`; `priority` is our own. TXT data are the
 * labels: `st=drain` among them says that no new connections are wanted.
 */
export function writeEntryValue(service: ServiceOptions, address: string): string {
  const { name, port, weight = 0, priority = 0, txt = new Map() } = service;
  const labels = [...txt.keys()]
    .filter((key) => !OMITTED_KEYS.includes(key))
    .flatMap((key) => {
      const text = txt.get(key) === true ? '' : readTxtText(txt, key);
      return text === undefined ? [] : [[key, text] as const];
    });
  return JSON.stringify({
    host: address,
    port,
    name,
    ...(weight === 0 ? {} : { weight }),
    ...(priority === 0 ? {} : { priority }),
    labels: Object.fromEntries(labels),
  });
}
