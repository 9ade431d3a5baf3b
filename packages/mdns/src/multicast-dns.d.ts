/** The part of multicast-dns 7 that link.ts uses: it ships no types. */
declare module 'multicast-dns' {
  import type { Socket } from 'node:dgram';

  interface MulticastDnsOptions {
    readonly socket: Socket;
    readonly type: 'udp4' | 'udp6';
    readonly port: number;
    /** The group. */
    readonly ip: string;
    /** The interface to join on and send from: an IPv4 address, or `::%zone`. */
    readonly interface: string;
    /** The address to bind to. */
    readonly bind: string;
    readonly ttl: number;
    readonly loopback: boolean;
  }

  interface MulticastDns {
    on(event: 'ready', listener: () => void): this;
    on(event: 'error' | 'warning', listener: (error: NodeJS.ErrnoException) => void): this;
    /** Leaves the group and closes the socket. */
    destroy(done: () => void): void;
  }

  function multicastDns(options: MulticastDnsOptions): MulticastDns;
  export = multicastDns;
}
