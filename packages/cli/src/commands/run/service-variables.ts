import { formatPlace } from '@mdns-ambassador/relay';
import { nameVariables } from '../../output/variables.ts';

/** A service as the command reaches it. */
export interface LocalService {
  readonly service: string;
  /** What `--env` says; its variables are all that is set then. */
  readonly prefix?: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** What programs of a kind read. */
interface ServiceKind {
  readonly services: readonly string[];
  readonly scheme: string;
  readonly isDatabase?: true;
  /** Beside PREFIX_HOST, PREFIX_PORT and PREFIX_URL, which it may replace. */
  readonly usual?: (reached: ReachedPlace) => Readonly<Record<string, string>>;
}

interface ReachedPlace {
  readonly host: string;
  readonly port: string;
  readonly place: string;
  readonly url: string;
}

const HTTP_SERVICES = [
  'http',
  'http-alt',
  'web',
  'api',
  'app',
  'consul',
  'couchdb',
  'grafana',
  'influxdb',
  'minio',
  'prometheus',
];

const KINDS: readonly ServiceKind[] = [
  {
    services: ['postgres', 'postgresql', 'pg'],
    // `postgres://` is refused by SQLAlchemy, this one by nobody.
    scheme: 'postgresql',
    isDatabase: true,
    usual: ({ host, port }) => ({ PGHOST: host, PGPORT: port }),
  },
  {
    services: ['mysql', 'mariadb'],
    scheme: 'mysql',
    isDatabase: true,
    usual: ({ host, port }) => ({ MYSQL_HOST: host, MYSQL_TCP_PORT: port }),
  },
  {
    services: ['mongodb', 'mongo'],
    scheme: 'mongodb',
    isDatabase: true,
    usual: ({ url }) => ({ MONGODB_URI: url, MONGO_URL: url }),
  },
  { services: ['redis', 'valkey'], scheme: 'redis' },
  { services: ['amqp', 'rabbitmq'], scheme: 'amqp', usual: ({ url }) => ({ AMQP_URL: url, RABBITMQ_URL: url }) },
  { services: ['nats'], scheme: 'nats' },
  { services: ['mqtt'], scheme: 'mqtt' },
  {
    services: ['kafka'],
    scheme: 'kafka',
    usual: ({ place }) => ({ KAFKA_BROKERS: place, KAFKA_BOOTSTRAP_SERVERS: place }),
  },
  { services: ['memcached', 'memcache'], scheme: 'memcached', usual: ({ place }) => ({ MEMCACHED_SERVERS: place }) },
  { services: ['elasticsearch', 'opensearch'], scheme: 'http' },
  { services: ['etcd'], scheme: 'http', usual: ({ url }) => ({ ETCDCTL_ENDPOINTS: url }) },
  // What reads OLLAMA_HOST wants the port in it.
  { services: ['ollama'], scheme: 'http', usual: ({ place }) => ({ OLLAMA_HOST: place }) },
  { services: HTTP_SERVICES, scheme: 'http' },
];

const OTHER: ServiceKind = { services: [], scheme: 'tcp' };

/**
 * What the command finds in its environment. DATABASE_URL is set where one service alone is a database. Of two services that would set
 * the same variable the first sets it.
 */
export function listServiceVariables(services: readonly LocalService[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const add = (entries: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(entries)) if (!variables.has(name)) variables.set(name, value);
  };
  const databases = services.filter(({ service }) => kindOf(service).isDatabase === true);
  for (const local of services) {
    const { scheme, usual } = kindOf(local.service);
    const place = formatPlace(local.host, local.port);
    const reached = { host: local.host, port: `${local.port}`, place, url: `${scheme}://${place}` };
    if (local.prefix === undefined) {
      add(usual?.(reached) ?? {});
      if (databases.length === 1 && databases[0] === local) add({ DATABASE_URL: reached.url });
    }
    const prefix = local.prefix ?? nameVariables(local.service);
    add({ [`${prefix}_HOST`]: reached.host, [`${prefix}_PORT`]: reached.port, [`${prefix}_URL`]: reached.url });
  }
  return variables;
}

function kindOf(service: string): ServiceKind {
  return KINDS.find(({ services }) => services.includes(service)) ?? OTHER;
}
