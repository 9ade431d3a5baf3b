import { CONNECTIONS_OPTION } from '../../options/daemon-options.ts';
import { PROXY_OPTIONS } from '../../options/proxy-options.ts';
import type { Command } from '../command.ts';

/** Standard output is the command's, and ports are chosen by the system. */
const PROXY_ALONE: ReadonlySet<string> = new Set(['listen', 'allow-remote', 'json', CONNECTIONS_OPTION.name]);

export const runCommand: Command = {
  name: 'run',
  usage: 'SERVICE... -- COMMAND ARGS...',
  summary:
    'Run a command that finds services in its environment: REDIS_HOST, REDIS_PORT, REDIS_URL, DATABASE_URL, PGHOST and the like lead to a proxy on localhost, for as long as the command runs.',
  options: [
    {
      name: 'env',
      kind: 'list',
      summary: 'SERVICE=PREFIX: tell of a service under another name, as in redis=CACHE; repeatable',
      byDefault: "the service's name",
    },
    {
      name: 'wait',
      kind: 'text',
      summary: 'How long the command is held back until each service has an endpoint; 0 starts it at once',
      byDefault: '30s',
    },
    ...PROXY_OPTIONS.filter(({ name }) => !PROXY_ALONE.has(name)),
  ],
  examples: [
    ['run redis postgres -- node app.mjs', 'REDIS_URL, DATABASE_URL, PGHOST and PGPORT are set'],
    ['run redis --env redis=CACHE -- ./app', 'CACHE_HOST, CACHE_PORT and CACHE_URL'],
    ['run postgres -- psql -U app', 'any program that reads the usual variables'],
    ['run orders:5432 users:5432 --dns -- ./app', 'ORDERS_HOST is orders.ambassador.internal, ORDERS_PORT 5432'],
    ['run redis --credentials redis.yaml -- ./app', 'the command is logged in and knows no password'],
  ],
  notes:
    'Each service has a free port of its own on 127.0.0.1; NAME:PORT says which. With --dns it has its usual port at a loopback address of its own, and the command is told its name as soon as that leads there. It ends with the exit code of the command, and with 69 where a service is not there in time. It starts at once where an address is written, or another process of this user has found the service already.',
  run: async (invocation) => (await import('./run.ts')).runWithServices(invocation),
};
