import type { CredentialRequest } from '../config/credential-request.ts';
import { readCredentials, readCredentialsFile } from '../config/read-credentials.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { isLocalHost } from '../parse/local-host.ts';
import type { SourceSpec } from '../parse/source.ts';
import type { Given, Settings } from '../settings/settings.ts';
import type { ServiceRequest } from './service-requests.ts';
import type { Origins } from './source-request.ts';

/** Credentials that are told to endpoints. */
export interface InjectionRequest {
  readonly credentials: CredentialRequest;
  /** Also to endpoints that are written down and prove nothing. */
  readonly isInsecure: boolean;
}

/** What a proxy is to inject; throws a CliError with 77 where those who would be told the secret prove nothing. */
export function readProxyInjection(
  request: ServiceRequest,
  service: string,
  origins: Origins,
): InjectionRequest | undefined {
  const { settings } = request;
  const isInsecure = settings.isSet('insecure-inject');
  const credentials = readWritten(request, service);
  if (credentials === undefined) {
    if (isInsecure) refuseStrayFlag(settings);
    return undefined;
  }
  if (hasMeshKey(settings) || credentials.tls !== undefined) return { credentials, isInsecure };
  for (const spec of origins.from) refuseUnproven(spec, service, isInsecure, describeOrigin(request));
  return { credentials, isInsecure };
}

/**
 * What an announcer is to inject for the service on `host`, this machine if absent; throws a CliError with 77 where anybody on the
 * network could use it, or might be told it.
 */
export function readAnnouncerInjection(
  request: ServiceRequest,
  service: string,
  host: string | undefined,
): CredentialRequest | undefined {
  const credentials = readWritten(request, service);
  if (credentials === undefined) return undefined;
  const { origin, text } = describeOrigin(request);
  if (!hasMeshKey(request.settings)) {
    throw new CliError(
      EXIT_REFUSED,
      `${origin}: with ${text}, everybody on this network could use ${service} without a password; add a mesh key (--mesh-key-file), so that only members can`,
    );
  }
  if (host === undefined || isLocalHost(host) || credentials.tls !== undefined) return credentials;
  throw new CliError(
    EXIT_REFUSED,
    `${origin}: ${service} at ${host} proves nothing, so that the secret might be told to somebody else; have it prove itself (tls: true), announce it from its own machine, or leave the host out if that is this one`,
  );
}

/** A mesh key proves every endpoint and every client. */
function hasMeshKey(settings: Settings): boolean {
  return settings.find('mesh-key-file').length > 0;
}

function readWritten(request: ServiceRequest, service: string): CredentialRequest | undefined {
  const given = request.settings.find('credentials').at(-1);
  if (given !== undefined) return readCredentialsFile(given, service);
  return request.credentials === undefined ? undefined : readCredentials({ ...request.credentials, service });
}

function describeOrigin({ settings, credentials }: ServiceRequest): Pick<Given, 'origin' | 'text'> {
  const given = settings.find('credentials').at(-1);
  if (given !== undefined) return given;
  const place = credentials?.document.locate(credentials.path) ?? '';
  return { origin: place, text: 'these credentials' };
}

function refuseUnproven(
  spec: SourceSpec,
  service: string,
  isInsecure: boolean,
  { origin }: Pick<Given, 'origin'>,
): void {
  switch (spec.kind) {
    case 'mdns':
    case 'peer':
    case 'agent':
    case 'zookeeper':
    case 'etcd':
      throw new CliError(
        EXIT_REFUSED,
        `${origin}: the secret would be told to whoever ${describeWhoever(spec.kind, service)}; use a mesh key at both ends, or name the place (--from static:HOST:PORT), or have the service prove itself (tls: true)`,
      );
    case 'file':
      // What stands in it may change: each endpoint is judged when it is dialled.
      return;
    case 'static':
      if (isInsecure || spec.targets.every(({ host }) => isLocalHost(host))) return;
      break;
    case 'dns':
      if (isInsecure || isLocalHost(spec.name)) return;
      break;
    case 'srv':
      if (isInsecure) return;
      break;
    default:
      spec satisfies never;
  }
  throw new CliError(
    EXIT_REFUSED,
    `${origin}: ${service} from ${spec.kind}: is not on this machine and proves nothing, so that the secret might be told to somebody else; use a mesh key or tls: true, or add --insecure-inject (insecureInject: true) if you trust the network between`,
  );
}

function describeWhoever(kind: 'mdns' | 'peer' | 'agent' | 'zookeeper' | 'etcd', service: string): string {
  return kind === 'zookeeper' || kind === 'etcd'
    ? `${kind} lists as ${service}`
    : `announces ${service} on this network`;
}

function refuseStrayFlag(settings: Settings): never {
  const given = settings.find('insecure-inject').at(-1);
  throw new CliError(
    given?.exitCode === EXIT_CONFIG ? EXIT_CONFIG : EXIT_USAGE,
    `${given?.origin}: there are no credentials to inject; add --credentials FILE, or leave it out`,
  );
}
