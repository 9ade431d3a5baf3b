import type { LanPicture } from '../src/lan/lan-view.ts';
import type { LanSurroundings } from '../src/lan/lan-watch.ts';
import type { ShownIdentity } from '../src/lan/shown-process.ts';
import type {
  AnnouncementView,
  EndpointView,
  IngressView,
  MdnsView,
  PeersView,
  ServiceView,
  Snapshot,
  TrafficView,
} from '../src/snapshot.ts';
import type { ProcessView } from '../src/status.ts';

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
  bytesUp: 700,
  bytesDown: 3000,
};

export const SERVICE: ServiceView = {
  service: 'redis',
  listen: ['127.0.0.1:6379', '[::1]:6379'],
  engine: 'node',
  balance: 'p2c',
  endpoints: [ENDPOINT],
  connections: { active: 2, accepted: 10, failed: 1, retried: 3, dropped: 4, overload: 5 },
  bytesUp: 1000,
  bytesDown: 5000,
  ready: true,
  since: '2026-01-02T03:04:05.000Z',
};

const TRAFFIC: TrafficView = {
  service: 'redis',
  ejections: 2,
  sources: [{ name: 'mdns', heardAt: 1_700_000_000_500 }, { name: 'static' }],
  dialSeconds: { bounds: [0.0025, 0.005, 1], counts: [0, 1, 2, 2], sum: 0.703 },
  dialFailures: { timeout: 1 },
  connectionSeconds: { bounds: [1, 60], counts: [3, 7, 8], sum: 500 },
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
  since: '2026-01-02T03:04:05.000Z',
};

export const INGRESS: IngressView = {
  active: 1,
  accepted: 9,
  refused: { full: 2, stranger: 0 },
  bytesUp: 40,
  bytesDown: 50,
  connectionSeconds: { bounds: [1], counts: [3, 4], sum: 5 },
};

export const MDNS: MdnsView = {
  received: 100,
  sent: 50,
  rateLimited: 1,
  undecodable: 2,
  damagedRecords: 3,
  offLink: 4,
  sendErrors: 5,
  recordsRefused: 6,
  repliesRefused: 7,
  unicastRefused: 8,
  conflicts: 9,
  cachedRecords: 10,
};

export const PEERS: PeersView = {
  links: 3,
  linesReceived: 10,
  linesSent: 20,
  bytesReceived: 100,
  bytesSent: 200,
  malformed: 1,
  foreign: 2,
  refusedOrigins: 4,
  refusedLinks: 5,
};

export const PROCESS: ProcessView = {
  version: '0.1.0',
  pid: 4711,
  command: 'proxy',
  platform: 'linux',
  hostName: 'h1',
};

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    phase: 'running',
    meshes: [],
    announcements: [ANNOUNCEMENT],
    services: [SERVICE],
    traffic: [TRAFFIC],
    ...change,
  };
}

export const IDENTITY: ShownIdentity = {
  id: '00000000000000a1',
  machine: { id: '00000000000000b1', name: 'h2', platform: 'linux', addresses: ['10.99.0.2'] },
  version: '0.1.0',
  mode: 'open',
};

/** Nobody else is there. */
export const ALONE: LanSurroundings = {
  identity: () => IDENTITY,
  look: () => ({ processes: () => [], instances: () => [], close: () => undefined }),
};

export const EMPTY_PICTURE: LanPicture = { at: 0, machines: [], links: [], history: [], story: [] };
