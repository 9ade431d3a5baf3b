import type { Option } from './option.ts';
import { REGISTRY_LOGIN_OPTION } from './registry-options.ts';

export const MERGE_MODES = ['union', 'fallback'] as const;

export const PREFERENCES = ['none', 'local'] as const;

/** What `proxy` and `resolve` share. */
export const PREFER_OPTION: Option = {
  name: 'prefer',
  kind: 'text',
  summary: 'Within an SRV priority: all alike, or this machine first, then its subnets, then the rest',
  byDefault: 'none',
  choices: PREFERENCES,
};

/** What `proxy`, `resolve` and `render` share. */
export const SOURCE_OPTIONS: readonly Option[] = [
  {
    name: 'from',
    kind: 'list',
    summary:
      'Where endpoints come from: mdns (with what peers tell), peer, static:HOST:PORT[,HOST:PORT], dns:NAME:PORT, srv:NAME, file:PATH, zookeeper:HOSTS/PATH, etcd:URL/PREFIX or agent:PATH; repeatable',
    byDefault: 'mdns',
    beginnings: ['mdns', 'peer', 'static:', 'dns:', 'srv:', 'file:', 'zookeeper:', 'etcd:', 'agent:'],
  },
  {
    name: 'dns-server',
    kind: 'list',
    summary: 'HOST:PORT asked for dns: and srv:; repeatable, the first that answers counts',
    byDefault: "the system's",
  },
  {
    name: 'dns-max-ttl',
    kind: 'text',
    summary: 'How long addresses of names are believed at most, whatever DNS says',
    byDefault: "30s; 5s of Docker's own DNS",
  },
  {
    name: 'merge',
    kind: 'text',
    summary: 'All sources together, or the first that has endpoints',
    byDefault: 'union',
    choices: MERGE_MODES,
  },
  { name: 'where', kind: 'pairs', summary: 'KEY=VALUE that the TXT record must have; repeatable, all must match' },
  {
    name: 'instance',
    kind: 'text',
    summary: 'Only instances whose name matches, * and ? stand for anything',
    names: 'instances',
  },
  REGISTRY_LOGIN_OPTION,
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
];
