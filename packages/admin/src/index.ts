export { type Admin, type AdminOptions, createAdmin } from './admin.ts';
export type {
  AdminEvent,
  AnnouncementView,
  DialView,
  EndpointView,
  MdnsView,
  Phase,
  ServiceView,
  Snapshot,
  TrafficView,
} from './snapshot.ts';
