import { isIP } from 'node:net';
import { type DnsClient, lookUpService, type ServiceAnswer } from '@mdns-ambassador/registries';
import type { Endpoint } from '../pool/endpoint.ts';
import { isEndpointAddress } from './address-policy.ts';
import { describeAbsence } from './dns.ts';
import { DEFAULT_MAX_TTL_MS, holdMs, holdNegativeMs } from './dns-ttl.ts';
import { byId, createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import type { Source, SourceTools } from './source.ts';

export interface SrvSourceOptions extends SourceTools {
  readonly service: string;
  /** `_redis._tcp.example.com`: fully qualified; a closing dot is allowed. */
  readonly name: string;
  readonly client: DnsClient;
  /** How long an answer is believed at most, whatever its TTL says. Default {@link DEFAULT_MAX_TTL_MS}. */
  readonly maxTtlMs?: number;
}

/** Addresses of one target that are tried. */
const MAX_ADDRESSES = 8;

/**
 * Every SRV record of a name is an endpoint, known by its target and port (RFC 2782). Looks again when the shortest TTL of the
 * records and their addresses is over. No records leave what was known as `gone`, a target "." removes it; a server that
 * fails or is silent changes nothing.
 */
export function createSrvSource(options: SrvSourceOptions): Source {
  const name = `srv:${options.name}`;
  const look = (one: SourceLook): Promise<SourceFinding> => findEndpoints(name, options, one);
  return createLookingSource({ ...options, name, look, isPartial: true });
}

async function findEndpoints(source: string, options: SrvSourceOptions, look: SourceLook): Promise<SourceFinding> {
  const answer = await lookUpService(options.client, options.name, look.signal);
  switch (answer.kind) {
    case 'found':
      return readTargets(source, options, answer, look.previous);
    case 'absent':
      return {
        kind: 'none',
        how: answer.how === 'not-offered' ? 'removed' : 'gone',
        reason: describeAbsence(options.name, answer.how),
        holdsMs: holdNegativeMs(answer.ttlSeconds, options.maxTtlMs ?? DEFAULT_MAX_TTL_MS),
      };
    case 'failed':
      return { kind: 'unknown', reason: answer.reason };
    default:
      return answer satisfies never;
  }
}

function readTargets(
  source: string,
  { name, service, maxTtlMs = DEFAULT_MAX_TTL_MS }: SrvSourceOptions,
  answer: Extract<ServiceAnswer, { readonly kind: 'found' }>,
  previous: readonly Endpoint[],
): SourceFinding {
  const endpoints: Endpoint[] = [];
  const isHalfKnown = answer.targets.some(({ addresses }) => {
    return addresses.kind === 'found' && addresses.unknownFamily !== undefined;
  });
  let holdsMs = holdMs(answer.ttlSeconds, maxTtlMs, isHalfKnown);
  let doubt: string | undefined;
  for (const { host, port, priority, weight, addresses: found } of answer.targets) {
    const id = `${source}/${host}:${port}`;
    const known = previous.find((endpoint) => endpoint.id === id)?.addresses ?? [];
    let addresses: readonly string[] = [];
    switch (found.kind) {
      case 'found':
        addresses = [...found.addresses, ...known.filter((address) => isIP(address) === found.unknownFamily)];
        break;
      case 'absent':
        holdsMs = Math.min(holdsMs, holdNegativeMs(found.ttlSeconds, maxTtlMs));
        break;
      case 'failed':
        doubt ??= `the address of ${host} can't be learnt: ${found.reason}`;
        addresses = known;
        break;
      default:
        found satisfies never;
    }
    addresses = addresses.filter(isEndpointAddress).slice(0, MAX_ADDRESSES);
    if (addresses.length === 0) continue;
    endpoints.push({ id, service, addresses, port, priority, weight, secure: false, source, draining: false });
  }
  if (endpoints.length > 0)
    return { kind: 'found', endpoints: endpoints.sort(byId), holdsMs, doubt, leftOut: answer.leftOut };
  if (doubt !== undefined) return { kind: 'unknown', reason: doubt };
  return { kind: 'none', how: 'gone', reason: `none of the targets of ${name} has an address to dial`, holdsMs };
}
