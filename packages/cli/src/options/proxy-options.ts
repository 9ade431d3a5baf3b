import type { BalancerName } from '@mdns-ambassador/ambassador';
import { listBeginnings, PROXY_FORMS } from '../parse/check.ts';
import { CREDENTIALS_OPTION } from './credentials-option.ts';
import { ADMIN_OPTION, CONNECTIONS_OPTION, EVENTS_OPTION } from './daemon-options.ts';
import { DNS_FLAGS } from './dns-options.ts';
import { ENGINE_OPTIONS } from './engine-options.ts';
import { LISTEN_OPTIONS } from './listen-options.ts';
import type { Option } from './option.ts';
import { PROXY_PROTOCOL_OPTIONS } from './proxy-protocol-options.ts';
import { PREFER_OPTION, SOURCE_OPTIONS } from './source-options.ts';

export const BALANCERS: readonly BalancerName[] = [
  'p2c',
  'round-robin',
  'least-connections',
  'random',
  'source-hash',
  'first',
];
export const ON_LOST = ['keep', 'drain', 'close'] as const;

export const PROXY_OPTIONS: readonly Option[] = [
  ...LISTEN_OPTIONS,
  ...DNS_FLAGS,
  ...SOURCE_OPTIONS,
  { name: 'balance', kind: 'text', summary: 'How an endpoint is chosen', byDefault: 'p2c', choices: BALANCERS },
  PREFER_OPTION,
  {
    name: 'check',
    kind: 'text',
    summary:
      'Use an endpoint only while this passes: tcp, http:/path, redis, redis-primary, postgres, postgres-primary[:USER[@DB]], mysql, ssh, exec:CMD',
    byDefault: 'none',
    beginnings: listBeginnings(PROXY_FORMS),
  },
  { name: 'check-interval', kind: 'text', summary: 'Time between two looks', byDefault: '2s; 10s for mysql and ssh' },
  {
    name: 'connect-timeout',
    kind: 'text',
    summary: 'How long a client waits for an endpoint',
    byDefault: '10s; 60s with --wake',
  },
  {
    name: 'wake',
    kind: 'text',
    summary:
      'While clients wait, wake the machine of the service by a magic packet: its MAC, or auto for who was reached before',
    byDefault: 'nobody is woken',
    beginnings: ['auto'],
  },
  {
    name: 'on-endpoint-lost',
    kind: 'text',
    summary: 'What happens to the connections of an endpoint that left',
    byDefault: 'keep',
    choices: ON_LOST,
  },
  {
    name: 'drain-timeout',
    kind: 'text',
    summary: 'How long connections may finish when the proxy stops, or their endpoint leaves',
    byDefault: '30s',
  },
  {
    name: 'max-connections',
    kind: 'text',
    summary: 'Most connections at a time',
    byDefault: 'from the limit on open files',
  },
  {
    name: 'fault',
    kind: 'text',
    summary:
      'Delay or reset connections, to see what an application makes of it: delay=200ms before each is connected, reset=5% of them, or both',
    byDefault: 'nothing',
    beginnings: ['delay=', 'reset='],
  },
  CREDENTIALS_OPTION,
  {
    name: 'insecure-inject',
    kind: 'flag',
    summary: 'Tell the credentials to endpoints that are written down (static:, dns:, srv:, file:) and prove nothing',
  },
  ...PROXY_PROTOCOL_OPTIONS,
  ...ENGINE_OPTIONS,
  ADMIN_OPTION,
  CONNECTIONS_OPTION,
  EVENTS_OPTION,
];
