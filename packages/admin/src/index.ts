export { type Admin, type AdminOptions, createAdmin } from './admin.ts';
export { RecentEvents } from './recent-events.ts';
export type {
  AdminEvent,
  AnnouncementView,
  CertificateView,
  EndpointView,
  IngressView,
  MdnsView,
  PeersView,
  Phase,
  ServiceView,
  Snapshot,
  TrafficView,
} from './snapshot.ts';
export type { ProcessView, Status } from './status.ts';
