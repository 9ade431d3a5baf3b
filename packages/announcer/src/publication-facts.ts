import { isWebType, type PublicationEvent } from '@mdns-ambassador/mdns';
import { formatTarget, type Target } from '@mdns-ambassador/relay';
import type { AnnouncementOptions, AnnouncerEvent, WebUrls } from './announcement-options.ts';
import type { Host } from './host.ts';
import { listDialableAddresses } from './local-targets.ts';
import type { ServiceNotice } from './service-notice.ts';
import { formatWebUrl } from './web-url.ts';

/** The announcement whose publication it is. */
export interface PublicationContext {
  readonly options: AnnouncementOptions;
  readonly notice: Pick<ServiceNotice, 'service' | 'host' | 'peers'>;
  readonly host: Pick<Host, 'interfaces' | 'platform'>;
  /** Interfaces on which the service is reached; undefined: all. */
  readonly reachedOn: readonly string[] | undefined;
  /** Names of the interfaces on which it was told to be announced last. */
  readonly announcedOn: readonly string[];
}

/** What is told of it; undefined where that was told before. */
export function describePublication(event: PublicationEvent, context: PublicationContext): AnnouncerEvent | undefined {
  const { options, notice, host } = context;
  const { service, type } = options;
  const { port, family } = notice.service;
  switch (event.kind) {
    case 'announced': {
      const { name: instance, interfaces } = event;
      const isOffline = host.interfaces().length === 0;
      const peers = isOffline ? 0 : notice.peers;
      if (interfaces.length === 0 && peers === 0) {
        return { kind: 'withdrawn', service, instance, reason: describeSilence(context) };
      }
      const only = { ...(family === undefined ? {} : { family }), ...(interfaces.length > 0 ? {} : { peers }) };
      return { kind: 'announced', service, instance, type, host: notice.host, port, interfaces, ...only };
    }
    case 'renamed':
    case 'alias-renamed':
      return { kind: event.kind, service, from: event.from, to: event.to };
    case 'withdrawn':
      // The reason was told before.
      return undefined;
    case 'alias-announced':
      return { kind: 'alias-announced', service, alias: event.alias, port, ...describeUrls(event.alias, context) };
    case 'alias-lost':
      return { kind: 'alias-lost', service, alias: event.alias, ...describeUrls(notice.host, context) };
    default:
      return event satisfies never;
  }
}

/** Why nothing is announced. */
function describeSilence({ host, announcedOn }: PublicationContext): string {
  const used = host.interfaces();
  if (used.length === 0) return 'no network interface is up';
  const isGone = announcedOn.length > 0 && !used.some(({ name }) => announcedOn.includes(name));
  return isGone
    ? `nothing is sent on ${announcedOn.join(', ')} any more`
    : 'no network interface lets anything be sent';
}

/** Of a page: by that name of this machine, and by an address. */
function describeUrls(name: string, context: PublicationContext): { readonly urls?: WebUrls } {
  const { options, notice, host, reachedOn } = context;
  const { type, txt } = options;
  if (!isWebType(type) || name === '') return {};
  const { port, family } = notice.service;
  const interfaces = host.interfaces().filter(({ name: each }) => reachedOn?.includes(each) !== false);
  const address = listDialableAddresses(interfaces, host.platform, family).find((each) => !each.includes('%'));
  const byAddress = address === undefined ? {} : { byAddress: formatWebUrl(type, address, port, txt) };
  return { urls: { byName: formatWebUrl(type, name, port, txt), ...byAddress } };
}

/** Connections to this port are carried to that target. */
export function describeRelaying(
  service: string,
  host: Pick<Host, 'interfaces' | 'platform'>,
  port: number,
  to: Target,
): AnnouncerEvent {
  const addresses = listDialableAddresses(host.interfaces(), host.platform);
  const from = addresses.map((address) => formatTarget({ kind: 'tcp', address, port }));
  return { kind: 'relaying', service, from, to: formatTarget(to) };
}
