import type { Option } from './option.ts';

export const ENGINES = ['node', 'haproxy', 'nftables'] as const;

export const ENGINE_OPTIONS: readonly Option[] = [
  { name: 'engine', kind: 'text', summary: 'What moves the bytes', byDefault: 'node', choices: ENGINES },
  {
    name: 'workers',
    kind: 'text',
    summary: 'Processes that carry the connections of each service, for engine node on Linux and macOS',
    byDefault: '1',
  },
  {
    name: 'haproxy-socket',
    kind: 'text',
    summary: 'Fill a backend of the haproxy with this admin socket, rather than run an haproxy',
  },
  {
    name: 'haproxy-backend',
    kind: 'text',
    summary: 'The backend to fill',
    byDefault: "the service's name",
  },
];
