import { isDomainName } from '@mdns-ambassador/registries';
import type { Place } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { DEFAULT_AGENT_SOCKET } from './agent-socket.ts';
import { parseHostPort } from './host-port.ts';
import { LONGEST_SOCKET_PATH } from './listen.ts';
import { findNearest } from './nearest.ts';
import { parsePort } from './port.ts';
import { parseEtcd, parseZooKeeper, type RegistrySpec } from './registry.ts';

/** Where `--from` looks. */
export type SourceSpec =
  | { readonly kind: 'mdns' }
  /** What peers tell alone; `mdns` has it, too. */
  | { readonly kind: 'peer' }
  | { readonly kind: 'static'; readonly targets: readonly Place[] }
  | { readonly kind: 'dns'; readonly name: string; readonly port: number }
  | { readonly kind: 'srv'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | RegistrySpec
  /** The socket of an agent. */
  | { readonly kind: 'agent'; readonly path: string };

const KINDS = ['mdns', 'peer', 'static', 'dns', 'srv', 'file', 'zookeeper', 'etcd', 'agent'] as const;
const FORMS =
  'mdns, peer, static:HOST:PORT[,HOST:PORT], dns:NAME:PORT, srv:NAME, file:PATH, zookeeper:HOSTS/PATH, etcd:URL/PREFIX or agent:PATH';

/**
 * `mdns`, `static:10.0.0.1:6379,10.0.0.2:6379`, `dns:db.example.com:5432`, `srv:_redis._tcp.example.com`, `file:./redis.yaml`,
 * `zookeeper:10.0.0.1:2181/services/redis`, `etcd:http://10.0.0.1:2379/services/redis`.
 */
export function parseSource(text: string): SourceSpec {
  const colon = text.indexOf(':');
  const written = colon < 0 ? text : text.slice(0, colon);
  const kind = KINDS.find((candidate) => candidate === written);
  const rest = colon < 0 ? '' : text.slice(colon + 1).trim();
  switch (kind) {
    case 'mdns':
    case 'peer':
      if (colon < 0) return { kind };
      break;
    case 'static':
      return { kind, targets: rest.split(',').map((target) => parseStaticTarget(target.trim(), text)) };
    case 'dns':
      return { kind, ...parseDnsName(rest, text) };
    case 'srv':
      return { kind, name: parseSrvName(rest, text) };
    case 'file':
      if (rest !== '' && !rest.includes('\0')) return { kind, path: rest };
      throw new InvalidValue(`"${text}" names no file; write file: and its path, such as file:./redis.yaml`);
    case 'zookeeper':
      return parseZooKeeper(rest, text);
    case 'etcd':
      return parseEtcd(rest, text);
    case 'agent':
      if (rest.length > LONGEST_SOCKET_PATH || rest.includes('\0')) {
        throw new InvalidValue(
          `"${text}" names no socket; write agent: and a path of 1 to ${LONGEST_SOCKET_PATH} characters`,
        );
      }
      return { kind, path: rest === '' ? DEFAULT_AGENT_SOCKET : rest };
    default:
      kind satisfies undefined;
  }
  const nearest = findNearest(written, KINDS);
  throw new InvalidValue(
    `"${text}" is no source; ${nearest === undefined ? 'write' : `did you mean ${nearest}? Write`} ${FORMS}`,
  );
}

function parseStaticTarget(target: string, whole: string): Place {
  if (target === '') {
    throw new InvalidValue(`"${whole}" names no target; write static:HOST:PORT, such as static:10.0.0.5:6379`);
  }
  return parseHostPort(target);
}

function parseDnsName(text: string, whole: string): { readonly name: string; readonly port: number } {
  const [name = '', port, ...more] = text.split(':');
  if (port === undefined || more.length > 0) {
    throw new InvalidValue(`"${whole}" is no name with a port; write dns:NAME:PORT, such as dns:db.example.com:5432`);
  }
  if (!isDomainName(name) || /^[\d.]+$/.test(name)) {
    throw new InvalidValue(
      `"${name}" in "${whole}" is no DNS name; write one such as db.example.com (an address is static:HOST:PORT)`,
    );
  }
  return { name, port: parsePort(port, { whole }) };
}

function parseSrvName(name: string, whole: string): string {
  if (isDomainName(name) && name.includes('.')) return name;
  throw new InvalidValue(`"${whole}" names no SRV record; write one such as srv:_redis._tcp.example.com`);
}

/** Windows has pipes for sockets, and nobody can write to /run on a Mac. */
