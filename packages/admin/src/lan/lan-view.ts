import type { AnnouncementView } from '../snapshot.ts';
import type { ShownEndpointState, ShownIdentity } from './shown-process.ts';

/** `GET /v1/lan`: who is there, and who talks to whom, as far as this process may know. */
export interface LanView {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** By name. */
  readonly machines: readonly LanMachine[];
  readonly links: readonly LanLink[];
}

export interface LanMachine {
  /** The same for as long as the machine is there. */
  readonly id: string;
  readonly name: string;
  /** How it is known, the best of these: this machine · it shows itself · its announcements are heard · a proxy dials an address. */
  readonly known: 'self' | 'shown' | 'heard' | 'dialled';
  /** Of the program, where it shows itself; several processes may differ. */
  readonly versions: readonly string[];
  readonly modes: readonly ShownIdentity['mode'][];
  readonly platform?: string;
  readonly addresses: readonly string[];
  readonly services: readonly LanService[];
  readonly proxies: readonly LanProxy[];
}

/** One instance that is announced, or a place that a proxy dials (`known`). */
export interface LanService {
  readonly id: string;
  readonly service: string;
  readonly instance: string;
  readonly port: number;
  readonly state: AnnouncementView['state'] | 'known';
}

export interface LanProxy {
  readonly service: string;
  readonly listen: readonly string[];
}

/** A proxy's endpoint: from a machine, for a service, to one instance. */
export interface LanLink {
  readonly id: string;
  /** Of the machine that the proxy is on. */
  readonly from: string;
  readonly service: string;
  /** Of the machine, and of its service. */
  readonly to: string;
  readonly target: string;
  readonly state: ShownEndpointState;
  readonly active: number;
  readonly total: number;
  readonly failures: number;
  /** Both ways since the proxy's start; absent where only its service's are known. */
  readonly bytes?: number;
  /** New connections, and bytes both ways; 0 until it was seen twice. */
  readonly connectionsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Something that happened, as a person would say it. */
export interface Sentence {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly tone: 'good' | 'bad' | 'note';
  /** Of one line, safe to print. */
  readonly text: string;
}

/** What went over all links in {@link BUCKET_MS}. */
export interface LanPoint {
  readonly at: number;
  readonly connectionsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly active: number;
}

/** What the page draws: `GET /v1/lan`, and each message of `/v1/lan/events`. */
export interface LanPicture extends LanView {
  /** The latest last. */
  readonly history: readonly LanPoint[];
  /** The latest first. */
  readonly story: readonly Sentence[];
}
