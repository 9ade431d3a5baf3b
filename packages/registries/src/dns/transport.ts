import type { DnsServer } from './server.ts';

/** Carries one query to one server. What comes back is not looked into here. */
export interface DnsTransport {
  /**
   * Resolves with the first datagram from that very server that `isAnswer` accepts; others are dropped. Rejects when the
   * system refuses to send, when nobody listens there, and when `signal` aborts. Nothing is left open afterwards.
   */
  askOverUdp(
    server: DnsServer,
    query: Uint8Array,
    isAnswer: (bytes: Uint8Array) => boolean,
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /** The same over a connection of its own, with the one message that it brings. */
  askOverTcp(server: DnsServer, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}
