/** One place where a service can be reached. */
export interface Endpoint {
  /** Stable while it is the same instance: its source and its instance name, or its address and port. */
  readonly id: string;
  readonly service: string;
  /** The instance's raw label; absent where the source knows no instances (static, dns). */
  readonly instance?: string;
  /** The interface by which it is heard, where another instance of its name is on another link. */
  readonly link?: string;
  /** Candidate addresses of the one instance, best first; literal IPs, link-local IPv6 with zone. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** RFC 2782: lower priorities first; within a priority by weight. */
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  /** The public id of the mesh that it says it belongs to; absent where the source does not know. */
  readonly mesh?: string;
  /** `mdns`, `static`, `srv:_redis._tcp.example.com` ... */
  readonly source: string;
  /** The address of the host that told of it; absent where it is the user's own word. Not part of what it is. */
  readonly announcer?: string;
  /** It asked for no new connections (TXT `st=drain`); used only where nothing else is left. */
  readonly draining: boolean;
}

/** An endpoint of which its source says no more than where it is. */
export const PLAIN = { priority: 0, weight: 0, secure: false, draining: false } as const;

/** CONTRACT 2. */
export type EndpointState = 'ready' | 'probation' | 'ejected' | 'draining' | 'stale';

/** What an endpoint has carried. Lives on while connections do, also when the endpoint has left and returns. */
export interface EndpointTally {
  /** Connections that it carries now, and carried in all. */
  active: number;
  total: number;
  /** Dials that failed. */
  failures: number;
  /** Of connections that have ended. */
  bytesUp: number;
  bytesDown: number;
}

export const NO_TALLY: Readonly<EndpointTally> = { active: 0, total: 0, failures: 0, bytesUp: 0, bytesDown: 0 };

/** An endpoint with what the pool knows of it (CONTRACT 2 and 3). */
export interface EndpointStatus extends Endpoint, Readonly<EndpointTally> {
  readonly state: EndpointState;
}

/** `10.0.0.1:6379` and the like for every address: two endpoints that share one are the same place. */
export function placesOf(endpoint: Endpoint): readonly string[] {
  return endpoint.addresses.map((address) => namePlace(address, endpoint.port));
}

/** Its announcer; of those that nobody announced, the source. */
export function announcerOf({ announcer, source }: Endpoint): string {
  return announcer ?? source;
}

export function namePlace(address: string, port: number): string {
  return `${address}|${port}`;
}

/** Whether there is a place at which both are dialled. */
export function sharesPlace(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.addresses.some((address) => b.addresses.includes(address));
}

/** Whether the two are dialled in the same way. */
export function isSamePlace(a: Endpoint, b: Endpoint): boolean {
  return (
    a.port === b.port &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address) => b.addresses.includes(address))
  );
}

export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.id === b.id &&
    a.port === b.port &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, index) => address === b.addresses[index]) &&
    a.priority === b.priority &&
    a.weight === b.weight &&
    a.instance === b.instance &&
    a.secure === b.secure &&
    a.mesh === b.mesh &&
    a.draining === b.draining &&
    a.source === b.source
  );
}
