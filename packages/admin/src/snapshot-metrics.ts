import { type Labels, type MetricFamily, type Sample, take, takeHistograms } from './metric-family.ts';
import { listUnready } from './readiness.ts';
import { ANNOUNCEMENT_STATES, ENDPOINT_STATES, type MdnsView, type Snapshot } from './snapshot.ts';

const MDNS_DROPS: Readonly<Record<string, keyof MdnsView>> = {
  rate_limited: 'rateLimited',
  undecodable: 'undecodable',
  off_link: 'offLink',
  send_error: 'sendErrors',
};

/**
 * The numbers of a snapshot. Labels are services and sources, which the user named, and states: nothing on the network can make another
 * series.
 */
export function describeSnapshot(snapshot: Snapshot, version: string): readonly MetricFamily[] {
  return [
    gauge('build_info', 'What runs; always 1.', [{ labels: { version }, value: 1 }]),
    gauge('ready', 'Whether /readyz says 200.', [{ labels: {}, value: listUnready(snapshot).length === 0 ? 1 : 0 }]),
    ...describeConnections(snapshot),
    ...describeTraffic(snapshot),
    ...describeAnnouncements(snapshot),
    ...(snapshot.mdns === undefined ? [] : describeMdns(snapshot.mdns)),
  ];
}

function describeConnections({ services }: Snapshot): readonly MetricFamily[] {
  return [
    gauge(
      'connections_active',
      'Connections that are open.',
      take(services, byService, ({ connections }) => connections.active),
    ),
    counter(
      'connections_accepted_total',
      'Connections accepted from clients.',
      take(services, byService, ({ connections }) => connections.accepted),
    ),
    counter(
      'connections_failed_total',
      'Connections closed because no endpoint was reached.',
      take(services, byService, ({ connections }) => connections.failed),
    ),
    counter(
      'connections_retried_total',
      'Dials that failed and another endpoint made good.',
      take(services, byService, ({ connections }) => connections.retried),
    ),
    gauge(
      'endpoints',
      'Endpoints that are known, by state.',
      services.flatMap(({ service, endpoints }) => countStates({ service }, endpoints, ENDPOINT_STATES)),
    ),
  ];
}

function describeTraffic({ traffic }: Snapshot): readonly MetricFamily[] {
  return [
    counter(
      'connections_dropped_total',
      'Clients turned away by the connection limit.',
      take(traffic, byService, ({ dropped }) => dropped),
    ),
    counter(
      'bytes_total',
      'Bytes carried: up from clients to endpoints, down to clients.',
      traffic.flatMap(({ service, bytesUp, bytesDown }) => [
        { labels: { service, direction: 'up' }, value: bytesUp },
        { labels: { service, direction: 'down' }, value: bytesDown },
      ]),
    ),
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
      traffic.flatMap(({ service, dialFailures }) =>
        Object.entries(dialFailures).map(([reason, value = 0]) => ({ labels: { service, reason }, value })),
      ),
    ),
    histogram(
      'connection_duration_seconds',
      'How long connections that have ended were carried.',
      takeHistograms(traffic, byService, ({ connectionSeconds }) => connectionSeconds),
    ),
  ];
}

function describeAnnouncements({ announcements }: Snapshot): readonly MetricFamily[] {
  const services = [...new Set(announcements.map(({ service }) => service))];
  return [
    gauge(
      'announcements',
      'Announcements, by state.',
      services.flatMap((service) =>
        countStates(
          { service },
          announcements.filter((one) => one.service === service),
          ANNOUNCEMENT_STATES,
        ),
      ),
    ),
  ];
}

function describeMdns(mdns: MdnsView): readonly MetricFamily[] {
  return [
    counter('mdns_packets_total', 'mDNS packets.', [
      { labels: { direction: 'received' }, value: mdns.received },
      { labels: { direction: 'sent' }, value: mdns.sent },
    ]),
    counter(
      'mdns_packets_dropped_total',
      'mDNS packets not used or not sent.',
      Object.entries(MDNS_DROPS).map(([reason, key]) => ({ labels: { reason }, value: mdns[key] })),
    ),
    counter('mdns_records_damaged_total', 'Records left out of mDNS packets that were read.', [
      { labels: {}, value: mdns.damagedRecords },
    ]),
  ];
}

function byService({ service }: { readonly service: string }): Labels {
  return { service };
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
