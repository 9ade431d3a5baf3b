/** One place where a service can be reached. */
export interface Endpoint {
  /** Stable while it is the same instance: its source and its instance name, or its address and port. */
  readonly id: string;
  readonly service: string;
  /** The instance's raw label; absent where the source knows no instances (static, dns). */
  readonly instance?: string;
  /** Candidate addresses of the one instance, best first; literal IPs, link-local IPv6 with zone. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** RFC 2782: lower priorities first; within a priority by weight. */
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  /** `mdns`, `static`, `srv:_redis._tcp.example.com` ... */
  readonly source: string;
  /** It asked for no new connections (TXT `st=drain`); used only where nothing else is left. */
  readonly draining: boolean;
}

/** CONTRACT 2. */
export type EndpointState = 'ready' | 'probation' | 'ejected' | 'draining' | 'stale';
