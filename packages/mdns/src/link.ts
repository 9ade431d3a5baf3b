import { createSocket, type Socket } from 'node:dgram';
import multicastDns from 'multicast-dns';
import { MdnsError } from './mdns-error.ts';
import type { Link, LinkCounters, LinkEvents, LinkSource, NetworkInterface } from './network.ts';
import { isOnLink } from './on-link.ts';

/** RFC 6762 3 */
const PORT = 5353;
const GROUPS = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const;
/** RFC 6762 11 */
const TTL = 255;
/** How long `close` waits for packets that the OS has not taken. */
const FLUSH_LIMIT_MS = 1_000;

type Family = 'IPv4' | 'IPv6';

/**
 * Joins the mDNS group on one interface in one family. Bound to the group's address where the OS can, so that no unicast ever
 * arrives; Windows can't. Rejects with `port-in-use`, `no-address` or `link-refused`.
 */
export async function openLink(
  on: NetworkInterface,
  family: Family,
  events: LinkEvents,
  platform: string,
): Promise<Link> {
  const zone = on.zone ?? on.name;
  const local = family === 'IPv4' ? on.addresses.find((address) => address.family === 'IPv4')?.address : `::%${zone}`;
  if (local === undefined) {
    throw new MdnsError('no-address', `${on.name} has no ${family} address: nothing can be sent on it in ${family}.`);
  }
  const socket = createSocket(
    family === 'IPv4' ? { type: 'udp4', reuseAddr: true } : { type: 'udp6', reuseAddr: true, ipv6Only: true },
  );
  const link = new SocketLink(socket, on, family, family === 'IPv4' ? GROUPS.IPv4 : `${GROUPS.IPv6}%${zone}`, events);
  await link.join(local, platform);
  return link;
}

type LinkState = 'joining' | 'joined' | 'failed' | 'closed';

class SocketLink implements Link {
  readonly interfaceName: string;
  readonly family: Family;
  readonly #socket: Socket;
  readonly #on: NetworkInterface;
  readonly #group: string;
  readonly #events: LinkEvents;
  readonly #counters = { offLink: 0, sendErrors: 0 };
  #state: LinkState = 'joining';
  #leave: (done: () => void) => void = (done) => done();
  #inFlight = 0;
  #onFlushed: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(socket: Socket, on: NetworkInterface, family: Family, group: string, events: LinkEvents) {
    this.interfaceName = on.name;
    this.family = family;
    this.#socket = socket;
    this.#on = on;
    this.#group = group;
    this.#events = events;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  async join(local: string, platform: string): Promise<void> {
    try {
      await this.#bindAndJoin(local, platform);
      this.#state = 'joined';
    } catch (cause) {
      this.#state = 'failed';
      await this.close();
      throw explainRefusal(cause, this.#on.name, this.family);
    }
  }

  send(bytes: Uint8Array, to?: LinkSource): void {
    if (this.#state !== 'joined') return;
    this.#inFlight++;
    const onSent = (error: Error | null): void => {
      this.#inFlight--;
      if (error !== null) this.#counters.sendErrors++;
      if (this.#inFlight === 0) this.#onFlushed();
    };
    try {
      this.#socket.send(bytes, to?.port ?? PORT, to?.address ?? this.#group, onSent);
    } catch (error) {
      onSent(error instanceof Error ? error : new Error(String(error)));
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#flushAndClose();
    return this.#closing;
  }

  /** multicast-dns binds, joins and sets TTL and loopback; its decoder drops a packet whole, so datagrams are read raw here. */
  #bindAndJoin(local: string, platform: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const transport = multicastDns({
        socket: this.#socket,
        type: this.family === 'IPv4' ? 'udp4' : 'udp6',
        port: PORT,
        ip: GROUPS[this.family],
        interface: local,
        bind: bindAddress(this.family, this.#group, platform),
        ttl: TTL,
        loopback: true,
      });
      this.#leave = (done) => transport.destroy(done);
      this.#socket.removeAllListeners('message');
      this.#socket.on('message', (bytes, from) => this.#receive(bytes, { address: from.address, port: from.port }));
      const onError = (error: Error): void => {
        reject(error);
        this.#fail(error);
      };
      transport.on('error', onError);
      transport.on('warning', onError);
      transport.on('ready', resolve);
    });
  }

  #receive(bytes: Uint8Array, source: LinkSource): void {
    if (this.#state !== 'joined') return;
    if (isOnLink(source, this.#on)) this.#events.packet(bytes, source);
    else this.#counters.offLink++;
  }

  #fail(error: Error): void {
    if (this.#state !== 'joined') return;
    this.#state = 'failed';
    this.#events.failed(error);
  }

  async #flushAndClose(): Promise<void> {
    const wasJoined = this.#state === 'joined';
    this.#state = 'closed';
    if (wasJoined && this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, FLUSH_LIMIT_MS);
        this.#onFlushed = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
    await new Promise<void>((resolve) => this.#leave(resolve));
  }
}

function bindAddress(family: Family, group: string, platform: string): string {
  if (platform !== 'win32') return group;
  return family === 'IPv4' ? '0.0.0.0' : '::';
}

function explainRefusal(cause: unknown, interfaceName: string, family: Family): MdnsError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const where = `${interfaceName} (${family})`;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return new MdnsError(
      'port-in-use',
      `UDP port ${PORT} on ${where} is held exclusively by another mDNS program (${code}): let it share the port ` +
        '(avahi-daemon: disallow-other-stacks=no in /etc/avahi/avahi-daemon.conf), stop it, or use static addresses.',
      { cause },
    );
  }
  return new MdnsError('link-refused', `The mDNS group could not be joined on ${where}: ${code}.`, { cause });
}
