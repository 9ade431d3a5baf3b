import { isIP } from 'node:net';
import type { Clock } from '@mdns-ambassador/mdns';
import { type Absent, type DnsClient, lookUpAddresses } from '@mdns-ambassador/registries';
import { isEndpointAddress } from '../address-policy.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Random } from '../pool/random.ts';
import { DEFAULT_MAX_TTL_MS, holdMs, holdNegativeMs } from './dns-ttl.ts';
import { createLookingSource, type Finding, type Look } from './looking-source.ts';
import type { Source } from './source.ts';
import type { SourceHealth } from './source-health.ts';

export interface DnsSourceOptions {
  readonly service: string;
  /** Fully qualified; a closing dot is allowed. */
  readonly name: string;
  readonly port: number;
  readonly client: DnsClient;
  /** How long an answer is believed at most, whatever its TTL says. Default {@link DEFAULT_MAX_TTL_MS}. */
  readonly maxTtlMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onHealth?: (health: SourceHealth) => void;
}

/**
 * Every A and AAAA record of a name is an endpoint. Looks again when the shortest TTL is over, or `maxTtlMs`. A name without addresses
 * leaves what was known as `gone`; a server that fails or is silent changes nothing.
 */
export function createDnsSource(options: DnsSourceOptions): Source {
  const name = `dns:${options.name}:${options.port}`;
  const { clock, random, onHealth } = options;
  const look = (one: Look): Promise<Finding> => findEndpoints(name, options, one);
  return createLookingSource({ name, clock, random, onHealth, look, isPartial: true });
}

async function findEndpoints(source: string, options: DnsSourceOptions, look: Look): Promise<Finding> {
  const answer = await lookUpAddresses(options.client, options.name, look.signal);
  const { maxTtlMs = DEFAULT_MAX_TTL_MS } = options;
  switch (answer.kind) {
    case 'found': {
      const holdsMs = holdMs(answer.ttlSeconds, maxTtlMs, answer.unknownFamily !== undefined);
      const kept = look.previous
        .flatMap(({ addresses }) => addresses)
        .filter((address) => isIP(address) === answer.unknownFamily);
      const addresses = [...new Set([...answer.addresses.filter(isEndpointAddress), ...kept])].sort();
      if (addresses.length === 0) {
        const reason = `none of the addresses of ${options.name} may be dialled`;
        return { kind: 'none', how: 'gone', reason, holdsMs };
      }
      const endpoints = addresses.map((address) => describe(source, options, address));
      return { kind: 'found', endpoints, holdsMs, leftOut: answer.leftOut };
    }
    case 'absent':
      return {
        kind: 'none',
        how: 'gone',
        reason: describeAbsence(options.name, answer.how),
        holdsMs: holdNegativeMs(answer.ttlSeconds, maxTtlMs),
      };
    case 'failed':
      return { kind: 'unknown', reason: answer.reason };
    default:
      return answer satisfies never;
  }
}

/** Why a name brought nothing, for people. */
export function describeAbsence(name: string, how: Absent['how']): string {
  switch (how) {
    case 'no-name':
      return `DNS has no name ${name}`;
    case 'no-data':
      return `DNS has no such record of ${name}`;
    case 'not-offered':
      return `DNS says that ${name} is not offered`;
    default:
      return how satisfies never;
  }
}

function describe(source: string, { service, port }: DnsSourceOptions, address: string): Endpoint {
  return {
    id: `${source}/${address}`,
    service,
    addresses: [address],
    port,
    priority: 0,
    weight: 0,
    secure: false,
    source,
    draining: false,
  };
}
