import { expect, test } from 'vitest';
import { formatMetrics } from '../src/metrics-text.ts';
import { describeSnapshot } from '../src/snapshot-metrics.ts';
import { ANNOUNCEMENT, snapshot } from './fixtures.ts';

const MDNS = {
  received: 100,
  sent: 50,
  rateLimited: 1,
  undecodable: 2,
  damagedRecords: 3,
  offLink: 4,
  sendErrors: 5,
};

function render(change: Parameters<typeof snapshot>[0] = {}): readonly string[] {
  const families = describeSnapshot(snapshot({ mdns: MDNS, ...change }), '0.1.0');
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
