import { ANNOUNCE_FORMS, listBeginnings } from '../parse/check.ts';
import { CREDENTIALS_OPTION } from './credentials-option.ts';
import { ADMIN_OPTION, EVENTS_OPTION, PEER_PORT_OPTION } from './daemon-options.ts';
import { DOCKER_OPTIONS } from './docker-options.ts';
import type { Option } from './option.ts';
import { PROXY_PROTOCOL_OPTIONS } from './proxy-protocol-options.ts';
import { REGISTRY_LOGIN_OPTION } from './registry-options.ts';

export const RESPONDERS = ['native', 'avahi', 'bonjour-service'] as const;
export type ResponderName = (typeof RESPONDERS)[number];

export const ANNOUNCE_OPTIONS: readonly Option[] = [
  { name: 'name', kind: 'text', summary: 'Name of the instance', byDefault: '"SERVICE on HOST"' },
  {
    name: 'type',
    kind: 'text',
    summary: 'DNS-SD type, redis or _redis._tcp',
    byDefault: "the service's registered type",
  },
  {
    name: 'alias',
    kind: 'text',
    summary: 'One more name of this machine while the service is announced: web for web.local',
    byDefault: "a web service's name",
  },
  { name: 'no-alias', kind: 'flag', summary: 'No such name' },
  { name: 'txt', kind: 'pairs', summary: 'KEY=VALUE that browsers see; repeatable' },
  { name: 'subtype', kind: 'list', summary: 'DNS-SD subtype; repeatable' },
  { name: 'priority', kind: 'text', summary: 'SRV priority: lower ones are used first', byDefault: '0' },
  { name: 'weight', kind: 'text', summary: 'SRV weight: the share within one priority', byDefault: '0' },
  {
    name: 'ttl',
    kind: 'text',
    summary: 'How many seconds others remember it',
    byDefault: '4500; 120 for addresses and ports',
  },
  {
    name: 'check',
    kind: 'text',
    summary: 'Announce only while this passes: tcp, http:/path, redis, postgres, mysql, ssh, exec:CMD or none',
    byDefault: 'that of a well-known service, else tcp',
    beginnings: listBeginnings(ANNOUNCE_FORMS),
  },
  { name: 'check-interval', kind: 'text', summary: 'Time between two looks', byDefault: '2s; 10s for mysql and ssh' },
  { name: 'rise', kind: 'text', summary: 'Passes in a row until it is announced', byDefault: '1' },
  { name: 'fall', kind: 'text', summary: 'Failures in a row until it is withdrawn', byDefault: '1' },
  {
    name: 'relay',
    kind: 'flag',
    summary: 'Accept on the network, 15000 above its port, for a service that listens on loopback only',
  },
  {
    name: 'on-demand',
    kind: 'flag',
    inFile: false,
    summary:
      'Announce it while it sleeps; the first connection starts the command behind --, and waits until it answers',
  },
  {
    name: 'idle',
    kind: 'text',
    inFile: false,
    summary: 'How long nobody is connected until a command on demand is stopped',
    byDefault: '10m',
  },
  {
    name: 'to',
    kind: 'list',
    inFile: 'both',
    summary: 'Where it is announced: mdns, zookeeper:HOSTS/PATH or etcd:URL/PREFIX; repeatable',
    byDefault: 'mdns',
    beginnings: ['mdns', 'zookeeper:', 'etcd:'],
  },
  REGISTRY_LOGIN_OPTION,
  {
    name: 'responder',
    kind: 'text',
    inFile: 'both',
    summary: 'Who speaks mDNS',
    byDefault: 'native',
    choices: RESPONDERS,
  },
  ...PROXY_PROTOCOL_OPTIONS,
  ...DOCKER_OPTIONS,
  CREDENTIALS_OPTION,
  PEER_PORT_OPTION,
  ADMIN_OPTION,
  EVENTS_OPTION,
];
