/** What the command does now. `starting`: not every listener is up yet. */
export type Phase = 'starting' | 'running' | 'stopping';

/** Everything there is to show, as it is at one moment. */
export interface Snapshot {
  readonly phase: Phase;
  readonly announcements: readonly AnnouncementView[];
  readonly services: readonly ServiceView[];
  /** Of each of the services, what its status leaves out. */
  readonly traffic: readonly TrafficView[];
  /** Absent while no mDNS is spoken. */
  readonly mdns?: MdnsView | undefined;
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
}

/** CONTRACT 3: one of `services`. */
export interface ServiceView {
  readonly service: string;
  readonly listen: readonly string[];
  readonly engine: string;
  readonly balance: string;
  readonly endpoints: readonly EndpointView[];
  readonly connections: {
    readonly active: number;
    readonly accepted: number;
    readonly failed: number;
    readonly retried: number;
  };
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
}

export interface TrafficView {
  readonly service: string;
  /** From clients to endpoints, and back. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly dropped: number;
  readonly ejections: number;
  readonly sources: readonly { readonly name: string; readonly ageMs?: number }[];
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
}

/** The outcome of one dial. */
export type DialView =
  | { readonly kind: 'connected'; readonly service: string; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly service: string; readonly failure: string };

/** A fact that happened, ready for `JSON.stringify`. */
export interface AdminEvent {
  /** What happened: `endpoint-added`. */
  readonly event: string;
  readonly [field: string]: unknown;
}
