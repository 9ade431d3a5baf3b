import { addHistograms } from '@mdns-ambassador/relay';
import type { EndpointSelection, EndpointSeries } from './endpoint-series.ts';
import { type Labels, type MetricFamily, type Sample, take, takeHistograms } from './metric-family.ts';
import { listUnready } from './readiness.ts';
import {
  ANNOUNCEMENT_STATES,
  type AnnouncementView,
  type CertificateView,
  type DnsView,
  ENDPOINT_STATES,
  type FeedView,
  type IngressView,
  type MdnsView,
  type PeersView,
  type ServiceView,
  type Snapshot,
  type TrafficView,
} from './snapshot.ts';

const MDNS_DROPS: Readonly<Record<string, keyof MdnsView>> = {
  rate_limited: 'rateLimited',
  undecodable: 'undecodable',
  off_link: 'offLink',
  send_error: 'sendErrors',
  foreign_reply: 'repliesRefused',
  unicast_limit: 'unicastRefused',
};

const PEER_REFUSALS: Readonly<Record<string, keyof PeersView>> = {
  link: 'refusedLinks',
  origin: 'refusedOrigins',
  foreign: 'foreign',
  malformed: 'malformed',
};

/**
 * The numbers of a snapshot. Labels are services and sources, which the user named, states and reasons; endpoints have series in bounds
 * (`endpoint-series.ts`): nothing on the network makes others.
 */
export function describeSnapshot(
  snapshot: Snapshot,
  version: string,
  endpoints: EndpointSelection,
): readonly MetricFamily[] {
  const { services, traffic, announcements, certificates = [], mdns, peers, feed, dns } = snapshot;
  return [
    gauge('build_info', 'What runs; always 1.', [{ labels: { version }, value: 1 }]),
    gauge('ready', 'Whether /readyz says 200.', alone(listUnready(snapshot).length === 0 ? 1 : 0)),
    ...describeServices(services),
    ...describeTraffic(traffic),
    ...describeEndpoints(endpoints.choose(services)),
    gauge(
      'announcements',
      'Announcements, by state.',
      [...groupByService(announcements)].flatMap(([service, ofService]) =>
        countStates({ service }, ofService, ANNOUNCEMENT_STATES),
      ),
    ),
    ...describeIngress(announcements),
    gauge(
      'certificate_end_timestamp_seconds',
      'When the certificate that is shown to members of the mesh ends, if it is not renewed.',
      takeFirstEnds(certificates),
    ),
    ...(mdns === undefined ? [] : describeMdns(mdns)),
    ...(peers === undefined ? [] : describePeers(peers)),
    ...(dns === undefined ? [] : describeDns(dns)),
    ...(feed === undefined ? [] : describeFeed(feed)),
  ].filter(({ samples }) => samples.length > 0);
}

/** Two announcements of one service have certificates of their own. */
function takeFirstEnds(certificates: readonly CertificateView[]): readonly Sample[] {
  const ends = new Map<string, Sample>();
  for (const { role, service, endsAt } of certificates) {
    const key = JSON.stringify([role, service]);
    const value = Math.min(endsAt / 1_000, ends.get(key)?.value ?? Number.POSITIVE_INFINITY);
    ends.set(key, { labels: { role, service }, value });
  }
  return [...ends.values()];
}

function describeServices(services: readonly ServiceView[]): readonly MetricFamily[] {
  const each = (key: keyof ServiceView['connections']): readonly Sample[] =>
    take(services, byService, ({ connections }) => connections[key]);
  return [
    gauge('connections_active', 'Connections that are open.', each('active')),
    counter('connections_accepted_total', 'Connections accepted from clients.', each('accepted')),
    counter('connections_failed_total', 'Connections closed because no endpoint was reached.', each('failed')),
    counter('connections_retried_total', 'Dials that failed and another endpoint made good.', each('retried')),
    counter('connections_dropped_total', 'Clients turned away by the connection limit.', each('dropped')),
    counter(
      'connections_refused_total',
      'Clients turned away at once, by reason: overload where more came than could be served in time.',
      services.map((service) => ({
        labels: { ...byService(service), reason: 'overload' },
        value: service.connections.overload,
      })),
    ),
    counter(
      'bytes_total',
      'Bytes carried: up from clients to endpoints, down to clients.',
      services.flatMap((service) => takeBytes(byService(service), service)),
    ),
    gauge(
      'endpoints',
      'Endpoints that are known, by state.',
      services.flatMap(({ service, endpoints }) => countStates({ service }, endpoints, ENDPOINT_STATES)),
    ),
  ];
}

function describeTraffic(traffic: readonly TrafficView[]): readonly MetricFamily[] {
  return [
    counter(
      'ejections_total',
      'How often an endpoint was taken out of use for a while.',
      take(traffic, byService, ({ ejections }) => ejections),
    ),
    gauge(
      'source_last_update_timestamp_seconds',
      'When a source last said something.',
      traffic.flatMap(({ service, sources }) =>
        sources.flatMap(({ name: source, heardAt }) =>
          heardAt === undefined ? [] : [{ labels: { service, source }, value: heardAt / 1_000 }],
        ),
      ),
    ),
    histogram(
      'dial_duration_seconds',
      'How long it took to connect to an endpoint.',
      takeHistograms(traffic, byService, ({ dialSeconds }) => dialSeconds),
    ),
    counter(
      'dial_failures_total',
      'Endpoints that could not be reached, by reason.',
      traffic.flatMap(({ service, dialFailures }) => byReason(dialFailures, { service })),
    ),
    histogram(
      'connection_duration_seconds',
      'How long connections that have ended were carried.',
      takeHistograms(traffic, byService, ({ connectionSeconds }) => connectionSeconds),
    ),
  ];
}

function describeEndpoints({ series, left }: ReturnType<EndpointSelection['choose']>): readonly MetricFamily[] {
  const label = ({ service, endpoint, name }: EndpointSeries): Labels => ({ service, endpoint, name });
  const each = (key: 'active' | 'total' | 'failures'): readonly Sample[] =>
    take(series, label, ({ view }) => view[key]);
  return [
    gauge(
      'endpoint_ready',
      'Whether new connections are sent there.',
      take(series, label, ({ view }) => (view.state === 'ready' || view.state === 'stale' ? 1 : 0)),
    ),
    gauge('endpoint_connections_active', 'Connections that an endpoint carries.', each('active')),
    counter('endpoint_connections_total', 'Connections that an endpoint has carried.', each('total')),
    counter('endpoint_dial_failures_total', 'Dials of an endpoint that failed.', each('failures')),
    counter(
      'endpoint_bytes_total',
      'Bytes carried to an endpoint, up, and from it, down.',
      series.flatMap((one) => {
        const { bytesUp, bytesDown } = one.view;
        return bytesUp === undefined || bytesDown === undefined ? [] : takeBytes(label(one), { bytesUp, bytesDown });
      }),
    ),
    gauge('endpoints_without_series', 'Endpoints in use beyond those that have series of their own.', alone(left)),
  ];
}

/** Several announcements of one service (containers) are counted together. */
function describeIngress(announcements: readonly AnnouncementView[]): readonly MetricFamily[] {
  const relaying = announcements.flatMap(({ service, traffic }) =>
    traffic === undefined ? [] : [{ service, traffic }],
  );
  const services = [...groupByService(relaying)].map(([service, ones]) => ({
    service,
    traffic: ones.map(({ traffic }) => traffic).reduce(addIngress),
  }));
  const each = (key: 'active' | 'accepted'): readonly Sample[] =>
    take(services, byService, ({ traffic }) => traffic[key]);
  return [
    gauge('ingress_connections_active', 'Connections that an announcer carries to its service.', each('active')),
    counter(
      'ingress_connections_accepted_total',
      'Connections that came to an announcer, those that it refused among them.',
      each('accepted'),
    ),
    counter(
      'ingress_connections_refused_total',
      'Connections that an announcer did not carry, by reason.',
      services.flatMap(({ service, traffic }) => byReason(traffic.refused, { service })),
    ),
    counter(
      'ingress_bytes_total',
      'Bytes that an announcer carried: up to its service, down from it.',
      services.flatMap((one) => takeBytes(byService(one), one.traffic)),
    ),
    histogram(
      'ingress_connection_duration_seconds',
      'How long connections that have ended were carried by an announcer.',
      takeHistograms(services, byService, ({ traffic }) => traffic.connectionSeconds),
    ),
  ];
}

function addIngress(a: IngressView, b: IngressView): IngressView {
  return {
    active: a.active + b.active,
    accepted: a.accepted + b.accepted,
    refused: Object.fromEntries(
      Object.entries(a.refused).map(([reason, count]) => [reason, count + (b.refused[reason] ?? 0)]),
    ),
    bytesUp: a.bytesUp + b.bytesUp,
    bytesDown: a.bytesDown + b.bytesDown,
    connectionSeconds: addHistograms(a.connectionSeconds, b.connectionSeconds),
  };
}

function alone(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

function bothWays(received: number, sent: number): readonly Sample[] {
  return Object.entries({ received, sent }).map(([direction, value]) => ({ labels: { direction }, value }));
}

/** Of each reason. */
function byReason(counts: Readonly<Record<string, number | undefined>>, labels: Labels = {}): readonly Sample[] {
  return Object.entries(counts).map(([reason, value = 0]) => ({ labels: { ...labels, reason }, value }));
}

function describeFeed({ readers, accepted, refused, told, doubts }: FeedView): readonly MetricFamily[] {
  return [
    gauge('agent_readers', 'Containers that are told what is on the network.', alone(readers)),
    counter('agent_readers_accepted_total', 'Containers that asked for a service.', alone(accepted)),
    counter('agent_readers_refused_total', 'Containers that were not told, or no longer.', alone(refused)),
    counter('agent_lines_told_total', 'Lines about endpoints that containers were told.', alone(told)),
    counter('agent_dial_failures_total', 'Dials that failed in containers, as they told.', alone(doubts)),
  ];
}

function describeDns({ answers, truncated, dropped, refusedConnections }: DnsView): readonly MetricFamily[] {
  return [
    counter(
      'dns_answers_total',
      'Answers of unicast DNS.',
      Object.entries(answers).map(([code, value]) => ({ labels: { code }, value })),
    ),
    counter('dns_answers_truncated_total', 'Answers that were too large for a datagram.', alone(truncated)),
    counter('dns_packets_dropped_total', 'What was no query of DNS.', alone(dropped)),
    counter(
      'dns_connections_refused_total',
      'Connections to the name server that were ended.',
      alone(refusedConnections),
    ),
  ];
}

function describeMdns(mdns: MdnsView): readonly MetricFamily[] {
  return [
    counter('mdns_packets_total', 'mDNS packets.', bothWays(mdns.received, mdns.sent)),
    counter(
      'mdns_packets_dropped_total',
      'mDNS packets not used or not sent.',
      Object.entries(MDNS_DROPS).map(([reason, key]) => ({ labels: { reason }, value: mdns[key] })),
    ),
    counter(
      'mdns_records_damaged_total',
      'Records left out of mDNS packets that were read.',
      alone(mdns.damagedRecords),
    ),
    counter('mdns_records_refused_total', 'mDNS records that found no room.', alone(mdns.recordsRefused)),
    gauge('mdns_cache_records', 'mDNS records that are remembered.', alone(mdns.cachedRecords)),
    counter('mdns_conflicts_total', 'Names that were lost to others.', alone(mdns.conflicts)),
  ];
}

function describePeers(peers: PeersView): readonly MetricFamily[] {
  return [
    gauge('peer_links', 'Peer links that are open.', alone(peers.links)),
    counter('peer_lines_total', 'Lines on peer links.', bothWays(peers.linesReceived, peers.linesSent)),
    counter('peer_bytes_total', 'Bytes on peer links.', bothWays(peers.bytesReceived, peers.bytesSent)),
    counter(
      'peer_refusals_total',
      'Links, origins and lines of peers that were not taken.',
      Object.entries(PEER_REFUSALS).map(([of, key]) => ({ labels: { of }, value: peers[key] })),
    ),
  ];
}

function byService({ service }: { readonly service: string }): Labels {
  return { service };
}

function groupByService<Thing extends { readonly service: string }>(
  things: readonly Thing[],
): ReadonlyMap<string, readonly Thing[]> {
  return new Map(
    things.map(({ service }) => [service, things.filter((one) => one.service === service)] satisfies [string, unknown]),
  );
}

function takeBytes(
  labels: Labels,
  { bytesUp, bytesDown }: { readonly bytesUp: number; readonly bytesDown: number },
): readonly Sample[] {
  return [
    { labels: { ...labels, direction: 'up' }, value: bytesUp },
    { labels: { ...labels, direction: 'down' }, value: bytesDown },
  ];
}

function countStates(
  labels: Labels,
  things: readonly { readonly state: string }[],
  states: readonly string[],
): readonly Sample[] {
  return take(
    states,
    (state) => ({ ...labels, state }),
    (state) => things.filter((thing) => thing.state === state).length,
  );
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `ambassador_${name}`, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `ambassador_${name}`, help, type: 'counter', samples };
}

function histogram(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name: `ambassador_${name}`, help, type: 'histogram', samples };
}
