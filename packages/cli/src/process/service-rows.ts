import { formatPlace } from '@mdns-ambassador/relay';
import type { ShownService } from '../output/status-lines.ts';
import type { RunningAnnouncement, RunningService, RunningStatus } from './running-status.ts';

/** One service that a process of this machine announces or proxies. */
export interface ServiceRow extends ShownService {
  /** From clients to the service, and back; where they pass through the process. */
  readonly bytes?: { readonly up: number; readonly down: number };
  /** Of a proxy, each of its endpoints. */
  readonly listed: readonly ListedEndpoint[];
}

interface ListedEndpoint {
  /** `10.99.0.1:12345` */
  readonly place: string;
  /** Of the instance; empty where its source knows none. */
  readonly name: string;
  readonly state: string;
  readonly active: number;
  readonly total: number;
  readonly failures: number;
}

/** Announcements first, each in the process's order. */
export function listServiceRows(statuses: readonly RunningStatus[]): readonly ServiceRow[] {
  return statuses.flatMap((status) => [
    ...status.announcements.map((announcement) => readAnnouncement(announcement, status)),
    ...status.services.map((service) => readProxy(service, status)),
  ]);
}

function readAnnouncement(announcement: RunningAnnouncement, status: RunningStatus): ServiceRow {
  const { service, addresses, port, state, since, reason, traffic } = announcement;
  const [address] = addresses;
  return {
    service,
    role: 'announce',
    where: address === undefined ? '' : formatPlace(address, port),
    state,
    ready: state === 'announced',
    ...(reason === undefined || state === 'announced' ? {} : { reason }),
    ...(traffic === undefined
      ? {}
      : {
          connections: { active: traffic.active, total: traffic.accepted },
          bytes: { up: traffic.bytesUp, down: traffic.bytesDown },
        }),
    since,
    ...readMesh(status),
    pid: status.pid,
    listed: [],
  };
}

function readProxy(proxied: RunningService, status: RunningStatus): ServiceRow {
  const { service, listen, endpoints, connections, bytesUp, bytesDown, since, faults } = proxied;
  const usable = endpoints.filter(({ state }) => state === 'ready' || state === 'stale');
  const isReady = proxied.ready && status.phase === 'running';
  return {
    service,
    role: 'proxy',
    where: listen[0] ?? '',
    state: describeState(proxied, status.phase),
    ready: isReady,
    endpoints: { ready: usable.length, total: endpoints.length },
    ...(faults === undefined ? {} : { faults }),
    connections: { active: connections.active, total: connections.accepted },
    bytes: { up: bytesUp, down: bytesDown },
    since,
    ...readMesh(status),
    pid: status.pid,
    listed: endpoints.map(({ address, port, instance: name = '', state, active, total, failures }) => ({
      place: formatPlace(address, port),
      name,
      state,
      active,
      total,
      failures,
    })),
  };
}

function describeState({ ready, endpoints }: RunningService, phase: string): string {
  if (phase !== 'running') return phase;
  if (ready) return 'ready';
  return endpoints.length === 0 ? 'no endpoint' : 'unreachable';
}

function readMesh({ meshes: [mesh] }: RunningStatus): { readonly mesh?: string } {
  return mesh === undefined ? {} : { mesh };
}
