import { PROXY_OPTIONS } from '../../options/proxy-options.ts';
import type { Command } from '../command.ts';

export const proxyCommand: Command = {
  name: 'proxy',
  usage: 'SERVICE...',
  summary:
    'Listen on localhost and carry connections to a healthy instance of a service on this network. SERVICE is NAME or NAME:LOCALPORT; without a port it is the well-known one.',
  options: PROXY_OPTIONS,
  examples: [
    ['proxy redis', 'redis is now on localhost:6379, wherever it runs'],
    ['proxy redis:16379 postgres', 'two services, one on another local port'],
    ['proxy api:8000 --where env=staging', 'only instances announced with --txt env=staging'],
    ['proxy redis --from mdns --from static:10.0.0.5:6379 --merge fallback', 'a fixed address when nobody announces'],
    ['proxy redis --from srv:_redis._tcp.example.com', 'the instances that DNS lists'],
    [
      'proxy redis --from file:redis.yaml',
      'those in a file: a list of HOST:PORT, or of {address, port, priority, weight, instance}',
    ],
    ['proxy orders:5432 users:5432 --dns', 'two databases on their usual port: psql -h orders.ambassador.internal'],
    ['proxy redis --listen unix:/tmp/redis.sock', 'on a unix socket'],
  ],
  notes: 'Durations: 500ms, 2s, 1m; a bare number is seconds.',
  run: async (invocation) => (await import('./run.ts')).proxyServices(invocation),
};
