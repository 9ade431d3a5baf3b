import type { AnnouncementView, EndpointView, ServiceView, Snapshot, TrafficView } from '../src/snapshot.ts';

export const ENDPOINT: EndpointView = {
  service: 'redis',
  address: '10.99.0.1',
  port: 12345,
  instance: 'redis on h1',
  priority: 0,
  weight: 0,
  secure: false,
  source: 'mdns',
  state: 'ready',
  active: 2,
  total: 9,
  failures: 1,
};

export const SERVICE: ServiceView = {
  service: 'redis',
  listen: ['127.0.0.1:6379', '[::1]:6379'],
  engine: 'node',
  balance: 'p2c',
  endpoints: [ENDPOINT],
  connections: { active: 2, accepted: 10, failed: 1, retried: 3 },
};

export const TRAFFIC: TrafficView = {
  service: 'redis',
  bytesUp: 1000,
  bytesDown: 5000,
  dropped: 4,
  ejections: 2,
  sources: [{ name: 'mdns', ageMs: 1500 }, { name: 'static' }],
};

export const ANNOUNCEMENT: AnnouncementView = {
  service: 'web',
  instance: 'web on h1',
  type: '_web._tcp',
  host: 'h1-k3x9.local',
  port: 8000,
  addresses: ['10.99.0.1', 'fe80::1%eth0'],
  txt: { txtvers: '1' },
  priority: 0,
  weight: 0,
  secure: false,
  source: 'mdns',
  state: 'announced',
};

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return { phase: 'running', announcements: [ANNOUNCEMENT], services: [SERVICE], traffic: [TRAFFIC], ...change };
}
