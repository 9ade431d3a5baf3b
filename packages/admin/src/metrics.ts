import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { listUnready } from './readiness.ts';
import { ANNOUNCEMENT_STATES, type DialView, ENDPOINT_STATES, type MdnsView, type Snapshot } from './snapshot.ts';

/** From a neighbour on the LAN to the longest that a client is kept waiting by default. */
const DIAL_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Gauges that end in `_total`, which Prometheus keeps for counters. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

const MDNS_DROPS: Readonly<Record<string, keyof MdnsView>> = {
  rate_limited: 'rateLimited',
  undecodable: 'undecodable',
  off_link: 'offLink',
  send_error: 'sendErrors',
};

/**
 * The numbers of a snapshot in Prometheus' text format. Labels are services and sources, which the user named, and states:
 * nothing on the network can make another series.
 */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #info: Gauge;
  readonly #ready: Gauge;
  readonly #active: Gauge;
  readonly #accepted: Counter;
  readonly #failed: Counter;
  readonly #retried: Counter;
  readonly #dropped: Counter;
  readonly #bytes: Counter;
  readonly #ejections: Counter;
  readonly #endpoints: Gauge;
  readonly #sourceAge: Gauge;
  readonly #announcements: Gauge;
  readonly #mdnsPackets: Counter;
  readonly #mdnsDrops: Counter;
  readonly #mdnsDamaged: Counter;
  readonly #dialDuration: Histogram;
  readonly #dialFailures: Counter;

  constructor() {
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED_DEFAULTS) this.#registry.removeSingleMetric(name);
    this.#info = this.#gauge('build_info', 'What runs; always 1.', ['version']);
    this.#ready = this.#gauge('ready', 'Whether /readyz says 200.');
    this.#active = this.#gauge('connections_active', 'Connections that are open.', ['service']);
    this.#accepted = this.#counter('connections_accepted_total', 'Connections accepted from clients.', ['service']);
    this.#failed = this.#counter('connections_failed_total', 'Connections closed because no endpoint was reached.', [
      'service',
    ]);
    this.#retried = this.#counter('connections_retried_total', 'Dials that failed and another endpoint made good.', [
      'service',
    ]);
    this.#dropped = this.#counter('connections_dropped_total', 'Clients turned away by the connection limit.', [
      'service',
    ]);
    this.#bytes = this.#counter('bytes_total', 'Bytes carried: up from clients to endpoints, down to clients.', [
      'service',
      'direction',
    ]);
    this.#ejections = this.#counter('ejections_total', 'How often an endpoint was taken out of use for a while.', [
      'service',
    ]);
    this.#endpoints = this.#gauge('endpoints', 'Endpoints that are known, by state.', ['service', 'state']);
    this.#sourceAge = this.#gauge('source_age_seconds', 'Time since a source last said something.', [
      'service',
      'source',
    ]);
    this.#announcements = this.#gauge('announcements', 'Announcements, by state.', ['service', 'state']);
    this.#mdnsPackets = this.#counter('mdns_packets_total', 'mDNS packets.', ['direction']);
    this.#mdnsDrops = this.#counter('mdns_packets_dropped_total', 'mDNS packets not used or not sent.', ['reason']);
    this.#mdnsDamaged = this.#counter('mdns_records_damaged_total', 'Records left out of mDNS packets that were read.');
    this.#dialDuration = new Histogram({
      name: 'ambassador_dial_duration_seconds',
      help: 'How long it took to connect to an endpoint.',
      labelNames: ['service'],
      buckets: DIAL_BUCKETS_SECONDS,
      registers: [this.#registry],
    });
    this.#dialFailures = this.#counter('dial_failures_total', 'Endpoints that could not be reached, by reason.', [
      'service',
      'reason',
    ]);
  }

  observeDial(dial: DialView): void {
    switch (dial.kind) {
      case 'connected':
        this.#dialDuration.observe({ service: dial.service }, dial.latencyMs / 1000);
        return;
      case 'failed':
        this.#dialFailures.inc({ service: dial.service, reason: dial.failure });
        return;
      default:
        dial satisfies never;
    }
  }

  async render(snapshot: Snapshot, version: string): Promise<string> {
    this.#info.set({ version }, 1);
    this.#ready.set(listUnready(snapshot).length === 0 ? 1 : 0);
    this.#takeServices(snapshot);
    this.#takeTraffic(snapshot);
    this.#takeAnnouncements(snapshot);
    if (snapshot.mdns !== undefined) this.#takeMdns(snapshot.mdns);
    return this.#registry.metrics();
  }

  #takeServices({ services }: Snapshot): void {
    for (const counter of [this.#accepted, this.#failed, this.#retried]) counter.reset();
    this.#endpoints.reset();
    this.#active.reset();
    for (const { service, connections, endpoints } of services) {
      this.#active.set({ service }, connections.active);
      this.#accepted.inc({ service }, connections.accepted);
      this.#failed.inc({ service }, connections.failed);
      this.#retried.inc({ service }, connections.retried);
      for (const state of ENDPOINT_STATES) this.#endpoints.set({ service, state }, countIn(endpoints, state));
    }
  }

  #takeTraffic({ traffic }: Snapshot): void {
    for (const counter of [this.#bytes, this.#dropped, this.#ejections]) counter.reset();
    this.#sourceAge.reset();
    for (const { service, bytesUp, bytesDown, dropped, ejections, sources } of traffic) {
      this.#bytes.inc({ service, direction: 'up' }, bytesUp);
      this.#bytes.inc({ service, direction: 'down' }, bytesDown);
      this.#dropped.inc({ service }, dropped);
      this.#ejections.inc({ service }, ejections);
      for (const { name: source, ageMs } of sources) {
        if (ageMs !== undefined) this.#sourceAge.set({ service, source }, ageMs / 1000);
      }
    }
  }

  #takeAnnouncements({ announcements }: Snapshot): void {
    this.#announcements.reset();
    for (const service of new Set(announcements.map((one) => one.service))) {
      const ofService = announcements.filter((one) => one.service === service);
      for (const state of ANNOUNCEMENT_STATES) this.#announcements.set({ service, state }, countIn(ofService, state));
    }
  }

  #takeMdns(mdns: MdnsView): void {
    for (const counter of [this.#mdnsPackets, this.#mdnsDrops, this.#mdnsDamaged]) counter.reset();
    this.#mdnsPackets.inc({ direction: 'received' }, mdns.received);
    this.#mdnsPackets.inc({ direction: 'sent' }, mdns.sent);
    for (const [reason, key] of Object.entries(MDNS_DROPS)) this.#mdnsDrops.inc({ reason }, mdns[key]);
    this.#mdnsDamaged.inc(mdns.damagedRecords);
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name: `ambassador_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name: `ambassador_${name}`, help, labelNames, registers: [this.#registry] });
  }
}

function countIn(things: readonly { readonly state: string }[], state: string): number {
  return things.filter((thing) => thing.state === state).length;
}
