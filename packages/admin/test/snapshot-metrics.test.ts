import { describe, expect, test } from 'vitest';
import { EndpointSelection, MAX_ENDPOINT_SERIES } from '../src/endpoint-series.ts';
import { formatMetrics } from '../src/metrics-text.ts';
import { describeSnapshot } from '../src/snapshot-metrics.ts';
import { ANNOUNCEMENT, ENDPOINT, INGRESS, MDNS, PEERS, SERVICE, snapshot } from './fixtures.ts';

function render(change: Parameters<typeof snapshot>[0] = {}): readonly string[] {
  const families = describeSnapshot(snapshot({ mdns: MDNS, ...change }), '0.1.0', new EndpointSelection());
  return formatMetrics(families, 'prometheus').text.split('\n');
}

test('everything that is counted is there', () => {
  expect(render()).toEqual(
    expect.arrayContaining([
      'ambassador_build_info{version="0.1.0"} 1',
      'ambassador_ready 1',
      'ambassador_connections_active{service="redis"} 2',
      'ambassador_connections_accepted_total{service="redis"} 10',
      'ambassador_connections_failed_total{service="redis"} 1',
      'ambassador_connections_retried_total{service="redis"} 3',
      'ambassador_connections_dropped_total{service="redis"} 4',
      'ambassador_connections_refused_total{service="redis",reason="overload"} 5',
      'ambassador_bytes_total{service="redis",direction="up"} 1000',
      'ambassador_bytes_total{service="redis",direction="down"} 5000',
      'ambassador_ejections_total{service="redis"} 2',
      'ambassador_endpoints{service="redis",state="ready"} 1',
      'ambassador_endpoints{service="redis",state="ejected"} 0',
      'ambassador_source_last_update_timestamp_seconds{service="redis",source="mdns"} 1700000000.5',
      'ambassador_announcements{service="web",state="announced"} 1',
      'ambassador_announcements{service="web",state="draining"} 0',
      'ambassador_mdns_packets_total{direction="received"} 100',
      'ambassador_mdns_packets_total{direction="sent"} 50',
      'ambassador_mdns_packets_dropped_total{reason="rate_limited"} 1',
      'ambassador_mdns_packets_dropped_total{reason="off_link"} 4',
      'ambassador_mdns_records_damaged_total 3',
      'ambassador_mdns_packets_dropped_total{reason="foreign_reply"} 7',
      'ambassador_mdns_records_refused_total 6',
      'ambassador_mdns_cache_records 10',
      'ambassador_mdns_conflicts_total 9',
      'ambassador_endpoint_ready{service="redis",endpoint="10.99.0.1:12345",name="redis on h1"} 1',
      'ambassador_endpoint_connections_active{service="redis",endpoint="10.99.0.1:12345",name="redis on h1"} 2',
      'ambassador_endpoint_connections_total{service="redis",endpoint="10.99.0.1:12345",name="redis on h1"} 9',
      'ambassador_endpoint_dial_failures_total{service="redis",endpoint="10.99.0.1:12345",name="redis on h1"} 1',
      'ambassador_endpoint_bytes_total{service="redis",endpoint="10.99.0.1:12345",name="redis on h1",direction="up"} 700',
      'ambassador_endpoints_without_series 0',
    ]),
  );
});

test('a source that has said nothing yet has no time', () => {
  expect(render().join('\n')).not.toContain('source="static"');
});

test('durations are histograms in seconds, failures a count by reason', () => {
  expect(render()).toEqual(
    expect.arrayContaining([
      '# TYPE ambassador_dial_duration_seconds histogram',
      'ambassador_dial_duration_seconds_bucket{le="0.0025",service="redis"} 0',
      'ambassador_dial_duration_seconds_bucket{le="0.005",service="redis"} 1',
      'ambassador_dial_duration_seconds_bucket{le="+Inf",service="redis"} 2',
      'ambassador_dial_duration_seconds_sum{service="redis"} 0.703',
      'ambassador_dial_duration_seconds_count{service="redis"} 2',
      'ambassador_dial_failures_total{service="redis",reason="timeout"} 1',
      'ambassador_connection_duration_seconds_bucket{le="60",service="redis"} 7',
      'ambassador_connection_duration_seconds_count{service="redis"} 8',
    ]),
  );
});

test('several announcements of one service are counted together', () => {
  const announcements = [ANNOUNCEMENT, ANNOUNCEMENT, { ...ANNOUNCEMENT, state: 'probing' as const }];
  const lines = render({ announcements });
  expect(lines).toContain('ambassador_announcements{service="web",state="announced"} 2');
  expect(lines).toContain('ambassador_announcements{service="web",state="probing"} 1');
});

test('what came in by announcers counts by service, also of several containers', () => {
  const announcements = [
    { ...ANNOUNCEMENT, traffic: INGRESS },
    { ...ANNOUNCEMENT, traffic: INGRESS },
    { ...ANNOUNCEMENT, service: 'other' },
  ];
  const lines = render({ announcements });
  expect(lines).toEqual(
    expect.arrayContaining([
      'ambassador_ingress_connections_active{service="web"} 2',
      'ambassador_ingress_connections_accepted_total{service="web"} 18',
      'ambassador_ingress_connections_refused_total{service="web",reason="full"} 4',
      'ambassador_ingress_connections_refused_total{service="web",reason="stranger"} 0',
      'ambassador_ingress_bytes_total{service="web",direction="down"} 100',
      'ambassador_ingress_connection_duration_seconds_bucket{le="+Inf",service="web"} 8',
      'ambassador_ingress_connection_duration_seconds_sum{service="web"} 10',
    ]),
  );
  expect(lines.join('\n')).not.toContain('ingress_connections_active{service="other"}');
});

test('certificates by the first to end, peers, readers and names where there are any', () => {
  const lines = render({
    certificates: [
      { role: 'announce', service: 'web', endsAt: 2_000 },
      { role: 'announce', service: 'web', endsAt: 1_000 },
      { role: 'proxy', service: 'web', endsAt: 3_500 },
    ],
    peers: PEERS,
    feed: { readers: 6, accepted: 9, refused: 3, told: 12, doubts: 2 },
    dns: { answers: { NOERROR: 7, NXDOMAIN: 8 }, truncated: 1, dropped: 9, refusedConnections: 2 },
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      'ambassador_certificate_end_timestamp_seconds{role="announce",service="web"} 1',
      'ambassador_certificate_end_timestamp_seconds{role="proxy",service="web"} 3.5',
      'ambassador_peer_links 3',
      'ambassador_peer_bytes_total{direction="sent"} 200',
      'ambassador_peer_refusals_total{of="link"} 5',
      'ambassador_agent_readers 6',
      'ambassador_agent_readers_accepted_total 9',
      'ambassador_agent_readers_refused_total 3',
      'ambassador_agent_lines_told_total 12',
      'ambassador_agent_dial_failures_total 2',
      'ambassador_dns_answers_total{code="NXDOMAIN"} 8',
      'ambassador_dns_packets_dropped_total 9',
      'ambassador_dns_connections_refused_total 2',
    ]),
  );
  expect(render().join('\n')).not.toMatch(/peer_|agent_|certificate_|dns_a/);
});

describe('series of endpoints', () => {
  const used = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...ENDPOINT, port: from + index, instance: `i${from + index}` }));
  const choose = (selection: EndpointSelection, endpoints: readonly (typeof ENDPOINT)[]) =>
    selection.choose([{ ...SERVICE, endpoints }]);

  test('are for those that clients were sent to', () => {
    const idle = { ...ENDPOINT, total: 0, failures: 0 };
    expect(choose(new EndpointSelection(), [idle])).toEqual({ series: [], left: 0 });
  });

  test('are bounded, stay with whom they are, and pass on when one is gone', () => {
    const selection = new EndpointSelection();
    const first = used(1, MAX_ENDPOINT_SERIES);
    expect(choose(selection, first)).toMatchObject({ series: { length: MAX_ENDPOINT_SERIES }, left: 0 });
    const crowd = choose(selection, [...used(10_000, 50), ...first]);
    expect(crowd.left).toBe(50);
    expect(crowd.series.map(({ name }) => name)).toEqual(first.map(({ instance }) => instance));
    const after = choose(selection, [...used(10_000, 50), ...first.slice(1)]);
    expect(after.left).toBe(49);
    expect(after.series.map(({ name }) => name)).toContain('i10000');
  });

  test('of two that nobody could tell apart are those of the first', () => {
    expect(choose(new EndpointSelection(), [ENDPOINT, ENDPOINT]).series).toHaveLength(1);
  });
});
