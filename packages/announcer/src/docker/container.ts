import { isObject, isPort } from '@mdns-ambassador/relay/read-value';

/** A port of a container, and where on the host it is published. */
export interface PublishedPort {
  readonly privatePort: number;
  readonly publicPort: number;
  /** `0.0.0.0`, `::`, `127.0.0.1` or an address of the host. */
  readonly hostAddress: string;
}

/** What is used of one container, as the daemon tells it. */
export interface Container {
  readonly id: string;
  /** Without the slash that the daemon puts before it. */
  readonly name: string;
  readonly image: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Its variables that begin with `SERVICE_`. */
  readonly variables: ReadonlyMap<string, string>;
  /** `running`, `paused`, `exited` ... */
  readonly state: string;
  /** What its HEALTHCHECK says; `none` without one. */
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** TCP alone. */
  readonly ports: readonly PublishedPort[];
  /** TCP ports that its image or its start named. */
  readonly exposedPorts: readonly number[];
  /** In the networks that it is joined to. */
  readonly addresses: readonly string[];
  readonly isOnHostNetwork: boolean;
  /** The id or name of the container whose network it shares (`--network container:...`); undefined where it has its own. */
  readonly sharesNetworkOf: string | undefined;
  /** What `docker stop` sends: `SIGTERM`. */
  readonly stopSignal: string;
}

/** What the list of containers says of one: what changes while it lives. */
export type ListedContainer = Omit<Container, 'variables' | 'exposedPorts' | 'stopSignal'>;
/** What has to be asked for, and stays as it is. */
export type InspectedContainer = Pick<Container, 'variables' | 'exposedPorts' | 'stopSignal'>;

const VARIABLE_PREFIX = 'SERVICE_';
const DEFAULT_STOP_SIGNAL = 'SIGTERM';

/** The daemon's list (`GET /containers/json`); what makes no sense is left out. */
export function readContainerList(value: unknown): readonly ListedContainer[] {
  return Array.isArray(value) ? value.flatMap(readListed) : [];
}

/** `GET /containers/ID/json` */
export function readInspection(value: unknown): InspectedContainer {
  const config = field(value, 'Config');
  const variables = texts(field(config, 'Env')).flatMap((line): readonly (readonly [string, string])[] => {
    const equals = line.indexOf('=');
    return line.startsWith(VARIABLE_PREFIX) && equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)]] : [];
  });
  const exposedPorts = Object.keys(record(field(config, 'ExposedPorts'))).flatMap((port) => {
    const number = Number(/^(\d+)(?:\/tcp)?$/.exec(port)?.[1]);
    return isPort(number) ? [number] : [];
  });
  return { variables: new Map(variables), exposedPorts, stopSignal: text(config, 'StopSignal') || DEFAULT_STOP_SIGNAL };
}

function readListed(value: unknown): readonly ListedContainer[] {
  const id = text(value, 'Id');
  if (id === '') return [];
  const [name = id.slice(0, 12)] = texts(field(value, 'Names')).map((given) => given.replace(/^\//, ''));
  const labels = Object.entries(record(field(value, 'Labels'))).flatMap(([key, label]) =>
    typeof label === 'string' ? [[key, label] as const] : [],
  );
  const networkMode = text(field(value, 'HostConfig'), 'NetworkMode');
  const networks = Object.values(record(field(field(value, 'NetworkSettings'), 'Networks')));
  return [
    {
      id,
      name,
      image: text(value, 'Image'),
      labels: new Map(labels),
      state: text(value, 'State'),
      health: readHealth(text(value, 'Status')),
      ports: list(field(value, 'Ports')).flatMap(readPort),
      addresses: networks.map((network) => text(network, 'IPAddress')).filter((address) => address !== ''),
      isOnHostNetwork: networkMode === 'host',
      sharesNetworkOf: /^container:(.+)$/.exec(networkMode)?.[1],
    },
  ];
}

/** `Up 3 seconds (healthy)`: the list has it in no other place. */
function readHealth(status: string): Container['health'] {
  if (status.includes('(healthy)')) return 'healthy';
  if (status.includes('(unhealthy)')) return 'unhealthy';
  return status.includes('(health: starting)') ? 'starting' : 'none';
}

function readPort(value: unknown): readonly PublishedPort[] {
  const privatePort = field(value, 'PrivatePort');
  const publicPort = field(value, 'PublicPort');
  if (text(value, 'Type') !== 'tcp' || !isPort(privatePort) || !isPort(publicPort)) return [];
  return [{ privatePort, publicPort, hostAddress: text(value, 'IP') || '0.0.0.0' }];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function field(value: unknown, key: string): unknown {
  return record(value)[key];
}

function text(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter((one) => typeof one === 'string');
}
