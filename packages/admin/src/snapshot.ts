import type { HistogramView } from '@mdns-ambassador/relay';

/** What the command does now. `starting`: not every listener is up yet. */
export type Phase = 'starting' | 'running' | 'stopping';

/** Everything there is to show, as it is at one moment. */
export interface Snapshot {
  readonly phase: Phase;
  /** Ids of the mesh and of those it was before; empty in open mode. */
  readonly meshes: readonly string[];
  /** What this machine was called when a keeper removed it from the mesh; absent where none did. */
  readonly removedAs?: string | undefined;
  readonly announcements: readonly AnnouncementView[];
  readonly services: readonly ServiceView[];
  /** Of each of the services, what its status leaves out. */
  readonly traffic: readonly TrafficView[];
  /** Absent while no mDNS is spoken. */
  readonly mdns?: MdnsView | undefined;
  /** What this process shows others in its mesh; none in open mode. */
  readonly certificates?: readonly CertificateView[];
  /** Absent where there are no peer links. */
  readonly peers?: PeersView | undefined;
  /** Absent where containers are not told what is on the network. */
  readonly feed?: FeedView | undefined;
  /** Absent where no names are answered for. */
  readonly dns?: DnsView | undefined;
}

export const ANNOUNCEMENT_STATES = ['probing', 'announced', 'withdrawn', 'draining'] as const;
export const ENDPOINT_STATES = ['ready', 'probation', 'ejected', 'draining', 'stale'] as const;

/** CONTRACT 3: one of `announcements`. */
export interface AnnouncementView {
  readonly service: string;
  readonly instance: string;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly txt: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  readonly source: string;
  readonly state: (typeof ANNOUNCEMENT_STATES)[number];
  /** Since when it has that state, in ISO 8601. */
  readonly since: string;
  /** For people: why the service was not up when it was looked at last. */
  readonly reason?: string;
  /** What came in by the process's own port; absent where clients connect to the service itself. */
  readonly traffic?: IngressView;
}

/** What an announcer carried in front of its service. */
export interface IngressView {
  readonly active: number;
  readonly accepted: number;
  /** By reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly connectionSeconds: HistogramView;
}

/** CONTRACT 3: one of `services`. */
export interface ServiceView {
  readonly service: string;
  readonly listen: readonly string[];
  readonly engine: string;
  readonly balance: string;
  /** What connections are to suffer, `delay=200ms,reset=5%`; absent: nothing. */
  readonly faults?: string;
  readonly endpoints: readonly EndpointView[];
  readonly connections: {
    readonly active: number;
    readonly accepted: number;
    readonly failed: number;
    readonly retried: number;
    readonly dropped: number;
    readonly overload: number;
  };
  /** From clients to endpoints, and back. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Whether clients can be sent somewhere. */
  readonly ready: boolean;
  /** Since when that is so, in ISO 8601. */
  readonly since: string;
}

export interface EndpointView {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly instance?: string;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  readonly source: string;
  readonly state: (typeof ENDPOINT_STATES)[number];
  readonly active: number;
  readonly total: number;
  readonly failures: number;
  /** Absent where the engine knows no bytes of single endpoints. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
}

export interface TrafficView {
  readonly service: string;
  readonly ejections: number;
  /** `heardAt`: when it last said something, in milliseconds since 1970. */
  readonly sources: readonly { readonly name: string; readonly heardAt?: number }[];
  /** How long dials took that reached an endpoint. */
  readonly dialSeconds: HistogramView;
  /** Dials that did not, by reason. */
  readonly dialFailures: Readonly<Record<string, number | undefined>>;
  /** How long connections that have ended were carried. */
  readonly connectionSeconds: HistogramView;
}

/** Packets since the start. */
export interface MdnsView {
  readonly received: number;
  readonly sent: number;
  readonly rateLimited: number;
  readonly undecodable: number;
  readonly damagedRecords: number;
  readonly offLink: number;
  readonly sendErrors: number;
  readonly recordsRefused: number;
  readonly repliesRefused: number;
  readonly unicastRefused: number;
  /** Names that were lost to others. */
  readonly conflicts: number;
  /** Records that are remembered now. */
  readonly cachedRecords: number;
}

export interface CertificateView {
  readonly role: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/** Links are open now; the rest is since the start. */
export interface PeersView {
  readonly links: number;
  readonly linesReceived: number;
  readonly linesSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly malformed: number;
  readonly foreign: number;
  readonly refusedOrigins: number;
  readonly refusedLinks: number;
}

/** Who is told what is on the network. Readers are there now; the rest is since the start. */
export interface FeedView {
  readonly readers: number;
  readonly accepted: number;
  readonly refused: number;
  readonly told: number;
  readonly doubts: number;
}

/** What came to the name server of this process. */
export interface DnsView {
  /** Answers by their code: `NOERROR`, `NXDOMAIN` ... */
  readonly answers: Readonly<Record<string, number>>;
  readonly truncated: number;
  readonly dropped: number;
  readonly refusedConnections: number;
}

/** A fact that happened, ready for `JSON.stringify`. */
export interface AdminEvent {
  /** What happened: `endpoint-added`. */
  readonly event: string;
  readonly [field: string]: unknown;
}
