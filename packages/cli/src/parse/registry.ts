import { folderOfService, isNodePath, ZOOKEEPER_PORT, type ZooKeeperServer } from '@mdns-ambassador/registries';
import { formatPlace } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { parseHostPort } from './host-port.ts';
import { isLocalHost } from './local-host.ts';

/** A folder of a registry: where a service's places stand. `{service}` in it stands for the service's name. */
export type RegistrySpec =
  | (LoginPlace & { readonly kind: 'zookeeper'; readonly servers: readonly ZooKeeperServer[]; readonly path: string })
  /** Servers as URLs: `http://10.0.0.1:2379`. */
  | (LoginPlace & { readonly kind: 'etcd'; readonly servers: readonly string[]; readonly prefix: string });

interface LoginPlace {
  /** The path in full of a file that holds `USER:PASSWORD`. Absent: no login. */
  readonly loginFile?: string;
}

/** What was written is not repeated: it may hold one. */
const NO_PASSWORD =
  'a user and a password do not stand here, where others see them; write them as USER:PASSWORD in a file that you alone can read, and name it with --registry-login-file FILE';
const ETCD_EXAMPLE = 'etcd:http://10.0.0.1:2379/services/redis';
const ZOOKEEPER_EXAMPLE = 'zookeeper:10.0.0.1:2181,10.0.0.2:2181/services/redis';

/** What stands behind `zookeeper:` is `HOST[:PORT][,HOST[:PORT]]/PATH`; `whole` is for the error. */
export function parseZooKeeper(text: string, whole: string): Extract<RegistrySpec, { kind: 'zookeeper' }> {
  const slash = text.indexOf('/');
  const hosts = slash < 0 ? text : text.slice(0, slash);
  if (hosts === '') throw new InvalidValue(`"${whole}" names no server; write one such as ${ZOOKEEPER_EXAMPLE}`);
  if (hosts.includes('@')) throw new InvalidValue(NO_PASSWORD);
  const servers = hosts.split(',').map((host) => parseServer(host.trim()));
  return {
    kind: 'zookeeper',
    servers,
    path: parseFolder(slash < 0 ? '' : text.slice(slash), whole, ZOOKEEPER_EXAMPLE),
  };
}

/**
 * What stands behind `etcd:` is `URL[,URL]/PREFIX`. Without a scheme it is that of the URL before, so that the next member is
 * never talked to with less safety than the first; http for the first.
 */
export function parseEtcd(text: string, whole: string): Extract<RegistrySpec, { kind: 'etcd' }> {
  let scheme = 'http:';
  const parts = text.split(',').map((part) => {
    const url = parseUrl(part.trim(), scheme, whole);
    scheme = url.scheme;
    return url;
  });
  const folders = parts.map(({ folder }) => folder).filter((folder) => folder !== '');
  const [folder = '', ...others] = new Set(folders);
  if (others.length > 0) throw new InvalidValue(`"${whole}" names two prefixes; write it once, behind the last URL`);
  return {
    kind: 'etcd',
    servers: parts.map(({ origin }) => origin),
    prefix: parseFolder(folder, whole, ETCD_EXAMPLE),
  };
}

/** The folder of one service. */
export function folderOf(spec: RegistrySpec, service: string): string {
  return folderOfService(spec.kind === 'etcd' ? spec.prefix : spec.path, service);
}

/** As the user wrote it, but for the folder. */
export function formatRegistry(spec: RegistrySpec): string {
  switch (spec.kind) {
    case 'zookeeper':
      return `zookeeper:${spec.servers.map(({ host, port }) => formatPlace(host, port)).join(',')}`;
    case 'etcd':
      return `etcd:${spec.servers.join(',')}`;
    default:
      return spec satisfies never;
  }
}

/** The same place; where it is one of a registry, `loginFile` says who asks there. */
export function withLoginFile<Spec extends { readonly kind: string }>(spec: Spec, loginFile: string | undefined): Spec {
  const isRegistry = spec.kind === 'zookeeper' || spec.kind === 'etcd';
  return isRegistry && loginFile !== undefined ? { ...spec, loginFile } : spec;
}

/** Whether others could read on the way what is said to it. */
export function isReadOnTheWay(spec: RegistrySpec): boolean {
  switch (spec.kind) {
    case 'zookeeper':
      return !spec.servers.every(({ host }) => isLocalHost(host));
    case 'etcd':
      return spec.servers
        .map((server) => new URL(server))
        .some(({ protocol, hostname }) => protocol === 'http:' && !isLocalHost(hostname));
    default:
      return spec satisfies never;
  }
}

function parseServer(text: string): ZooKeeperServer {
  return parseHostPort(/:\d*$/.test(text) && !text.endsWith(']') ? text : `${text}:${ZOOKEEPER_PORT}`);
}

interface ParsedUrl {
  readonly scheme: string;
  readonly origin: string;
  readonly folder: string;
}

function parseUrl(text: string, scheme: string, whole: string): ParsedUrl {
  const written = /^[a-z]+:\/\//i.test(text) ? text : `${scheme}//${text}`;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    if (text.includes('@')) throw new InvalidValue(NO_PASSWORD);
    throw new InvalidValue(`"${text}" in "${whole}" is no URL; write one such as ${ETCD_EXAMPLE}`);
  }
  if (url.username !== '' || url.password !== '' || url.hash.includes('@')) throw new InvalidValue(NO_PASSWORD);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidValue(`"${whole}" is neither http nor https; write one such as ${ETCD_EXAMPLE}`);
  }
  if (url.search !== '' || url.hash !== '' || url.hostname === '') {
    throw new InvalidValue(`"${whole}" is no URL with a prefix; write one such as ${ETCD_EXAMPLE}`);
  }
  try {
    return { scheme: url.protocol, origin: url.origin, folder: url.pathname === '/' ? '' : decodeURI(url.pathname) };
  } catch {
    throw new InvalidValue(`"${whole}" has a "%" that stands for nothing; write a prefix such as ${ETCD_EXAMPLE}`);
  }
}

function parseFolder(text: string, whole: string, example: string): string {
  const folder = text.replace(/\/+$/, '');
  if (isNodePath(folder)) return folder;
  throw new InvalidValue(`"${whole}" names no folder of services; write one such as ${example}`);
}
