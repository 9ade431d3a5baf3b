import { expect, test } from 'vitest';
import { Metrics } from '../src/metrics.ts';
import { ANNOUNCEMENT, SERVICE, snapshot, TRAFFIC } from './fixtures.ts';

const MDNS = {
  received: 100,
  sent: 50,
  rateLimited: 1,
  undecodable: 2,
  damagedRecords: 3,
  offLink: 4,
  sendErrors: 5,
};

async function render(metrics = new Metrics(), change: Parameters<typeof snapshot>[0] = {}): Promise<string[]> {
  return (await metrics.render(snapshot({ mdns: MDNS, ...change }), '0.1.0')).split('\n');
}

test('everything that is counted is there', async () => {
  expect(await render()).toEqual(
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
      'ambassador_source_age_seconds{service="redis",source="mdns"} 1.5',
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

test('a source that has said nothing yet has no age', async () => {
  expect((await render()).join('\n')).not.toContain('source="static"');
});

test('counts are those of the snapshot, however often they are read', async () => {
  const metrics = new Metrics();
  await render(metrics);
  const services = [{ ...SERVICE, endpoints: [], connections: { active: 0, accepted: 12, failed: 1, retried: 3 } }];
  const lines = await render(metrics, { services, traffic: [{ ...TRAFFIC, bytesUp: 1001 }], announcements: [] });
  expect(lines).toContain('ambassador_connections_accepted_total{service="redis"} 12');
  expect(lines).toContain('ambassador_bytes_total{service="redis",direction="up"} 1001');
  expect(lines).toContain('ambassador_endpoints{service="redis",state="ready"} 0');
  expect(lines.join('\n')).not.toContain('announcements{');
});

test('dials are a histogram in seconds, their failures a count by reason', async () => {
  const metrics = new Metrics();
  metrics.observeDial({ kind: 'connected', service: 'redis', latencyMs: 3 });
  metrics.observeDial({ kind: 'connected', service: 'redis', latencyMs: 700 });
  metrics.observeDial({ kind: 'failed', service: 'redis', failure: 'timeout' });
  expect(await render(metrics)).toEqual(
    expect.arrayContaining([
      'ambassador_dial_duration_seconds_bucket{le="0.0025",service="redis"} 0',
      'ambassador_dial_duration_seconds_bucket{le="0.005",service="redis"} 1',
      'ambassador_dial_duration_seconds_bucket{le="1",service="redis"} 2',
      'ambassador_dial_duration_seconds_sum{service="redis"} 0.703',
      'ambassador_dial_duration_seconds_count{service="redis"} 2',
      'ambassador_dial_failures_total{service="redis",reason="timeout"} 1',
    ]),
  );
});

test('several announcements of one service are counted together', async () => {
  const announcements = [ANNOUNCEMENT, ANNOUNCEMENT, { ...ANNOUNCEMENT, state: 'probing' as const }];
  const lines = await render(new Metrics(), { announcements });
  expect(lines).toContain('ambassador_announcements{service="web",state="announced"} 2');
  expect(lines).toContain('ambassador_announcements{service="web",state="probing"} 1');
});

test('the process is measured too, and no gauge calls itself a total', async () => {
  const text = (await render()).join('\n');
  expect(text).toContain('process_resident_memory_bytes');
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).not.toMatch(/^# TYPE \S+_total gauge/m);
});
