import { RelayError } from '../relay-error.ts';

/** One end of a TCP connection: a literal address without zone, and a port. */
export interface ConnectionEnd {
  readonly address: string;
  readonly port: number;
}

/** Who connected, and to where. */
export interface ConnectionEnds {
  readonly source: ConnectionEnd;
  readonly destination: ConnectionEnd;
}

/** What a header of the PROXY protocol says of the connection that it begins (proxy-protocol.txt 2). */
export type ProxyHeader =
  /** Who connected to the sender, by TCP. */
  | ({ readonly kind: 'forwarded' } & ConnectionEnds)
  /** Forwarded for somebody of whom nothing is said: UNKNOWN, AF_UNSPEC, AF_UNIX, datagrams. */
  | { readonly kind: 'unknown' }
  /** The sender's own, such as a health check. */
  | { readonly kind: 'local' };

/** What came is no header; the connection is to be aborted. */
export class ProxyHeaderError extends RelayError {
  constructor(message: string) {
    super('PROXY_HEADER', message);
    this.name = 'ProxyHeaderError';
  }
}
