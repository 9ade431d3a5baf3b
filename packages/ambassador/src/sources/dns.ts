import { isIP } from 'node:net';
import { type Absent, type DnsClient, lookUpAddresses } from '@mdns-ambassador/registries';
import { type Endpoint, PLAIN } from '../pool/endpoint.ts';
import { isEndpointAddress } from './address-policy.ts';
import { DEFAULT_MAX_TTL_MS, holdMs, holdNegativeMs } from './dns-ttl.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import type { Source, SourceTools } from './source.ts';

export interface DnsSourceOptions extends SourceTools {
  readonly service: string;
  /** Fully qualified; a closing dot is allowed. */
  readonly name: string;
  readonly port: number;
  /** What the name may stand for: the first that exists counts, and the one that did last is asked for first. Default: itself. */
  readonly listNames?: () => readonly string[];
  readonly client: DnsClient;
  /** How long an answer is believed at most, whatever its TTL says. Default {@link DEFAULT_MAX_TTL_MS}. */
  readonly maxTtlMs?: number;
}

/**
 * Every A and AAAA record of a name is an endpoint. Looks again when the shortest TTL is over, or `maxTtlMs`. A name without addresses
 * leaves what was known as `gone`; a server that fails or is silent changes nothing.
 */
export function createDnsSource(options: DnsSourceOptions): Source {
  const name = `dns:${options.name}:${options.port}`;
  let found: string | undefined;
  const look = async (one: SourceLook): Promise<SourceFinding> => {
    const names = options.listNames?.() ?? [options.name];
    const inOrder = [...names].sort((a, b) => Number(b === found) - Number(a === found));
    const { finding, name: asked } = await findEndpoints(name, options, inOrder, one);
    if (finding.kind === 'found') found = asked;
    return finding;
  };
  return createLookingSource({ ...options, name, look, isPartial: true });
}

async function findEndpoints(
  source: string,
  options: DnsSourceOptions,
  names: readonly string[],
  look: SourceLook,
): Promise<{ readonly finding: SourceFinding; readonly name: string }> {
  const [name = options.name, ...others] = names;
  const finding = await findEndpointsOf(name, source, options, look);
  if (finding.kind !== 'none' || others.length === 0) return { finding, name };
  return await findEndpoints(source, options, others, look);
}

async function findEndpointsOf(
  name: string,
  source: string,
  options: DnsSourceOptions,
  look: SourceLook,
): Promise<SourceFinding> {
  const answer = await lookUpAddresses(options.client, name, look.signal);
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
        reason: describeAbsence(options.name, answer.how, describeShortName(options)),
        holdsMs: holdNegativeMs(answer.ttlSeconds, maxTtlMs),
      };
    case 'failed':
      return { kind: 'unknown', reason: answer.reason };
    default:
      return answer satisfies never;
  }
}

/** DNS knows full names; other programs find short ones by ways of the system. */
function describeShortName({ name, port, listNames }: DnsSourceOptions): string {
  if (name.includes('.')) return '';
  const searched = listNames === undefined ? '' : ', nor with the search list of this system';
  return `${searched}; write the full name, or static:${name}:${port}, which looks in its hosts file, too`;
}

/** Why a name brought nothing, for people. */
export function describeAbsence(name: string, how: Absent['how'], hint: string = ''): string {
  switch (how) {
    case 'no-name':
      return `DNS has no name ${name}${hint}`;
    case 'no-data':
      return `DNS has no such record of ${name}`;
    case 'not-offered':
      return `DNS says that ${name} is not offered`;
    default:
      return how satisfies never;
  }
}

function describe(source: string, { service, port }: DnsSourceOptions, address: string): Endpoint {
  return { ...PLAIN, id: `${source}/${address}`, service, addresses: [address], port, source };
}
