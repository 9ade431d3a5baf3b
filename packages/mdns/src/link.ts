import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import multicastDns from 'multicast-dns';
import { readLinuxInterfaceIndex } from './interface-kind.ts';
import { listInterfaces } from './interfaces.ts';
import { listJoined, planSeal } from './link-seal.ts';
import { MdnsError, toError } from './mdns-error.ts';
import { MDNS_PORT } from './mdns-port.ts';
import type { AddressFamily, Link, LinkCounters, LinkEvents, LinkSource, NetworkInterface } from './network.ts';
import { isOnLink, mayBeOnLink } from './on-link.ts';

/** RFC 6762 3 */
const GROUPS = { IPv4: '224.0.0.251', IPv6: 'ff02::fb' } as const;
/** RFC 6762 11: for what goes by unicast, too. */
const TTL = 255;
/** No host sends from there, and no kernel takes it: a filter that lets it alone pass lets nobody pass. */
const NOBODY = '255.255.255.255';
const IGMP_TABLE = '/proc/net/igmp';
/** How long `close` waits for packets that the OS has not taken. */
const FLUSH_LIMIT_MS = 1_000;

/**
 * Joins the mDNS group on one interface in one family. Rejects with `port-in-use`, `no-address` or `link-refused`.
 */
export async function openLink(
  on: NetworkInterface,
  family: AddressFamily,
  events: LinkEvents,
  platform: string,
): Promise<Link> {
  const local =
    family === 'IPv4' ? on.addresses.find((address) => address.family === 'IPv4')?.address : `::%${zoneOf(on)}`;
  if (local === undefined) {
    throw new MdnsError('no-address', `${on.name} has no ${family} address: nothing can be sent on it in ${family}.`);
  }
  const socket = createSocket(
    family === 'IPv4' ? { type: 'udp4', reuseAddr: true } : { type: 'udp6', reuseAddr: true, ipv6Only: true },
  );
  const link = new SocketLink(socket, on, family, events, platform);
  await link.join(local);
  return link;
}

type LinkState = 'joining' | 'joined' | 'failed' | 'closed';

class SocketLink implements Link {
  readonly interfaceName: string;
  readonly family: AddressFamily;
  readonly #socket: Socket;
  readonly #on: NetworkInterface;
  readonly #group: string;
  readonly #events: LinkEvents;
  readonly #platform: string;
  readonly #counters = { offLink: 0, sendErrors: 0 };
  /** Other interfaces that this socket hears no more, by address and number: one that is made anew is another. */
  #refused: ReadonlySet<string> = new Set();
  /** Whether the socket hears nothing but its interface. */
  #isSealed = false;
  /** The host's other interfaces. */
  #others: readonly NetworkInterface[] = [];
  #state: LinkState = 'joining';
  #leave: (done: () => void) => void = (done) => done();
  #inFlight = 0;
  #onFlushed: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(socket: Socket, on: NetworkInterface, family: AddressFamily, events: LinkEvents, platform: string) {
    this.interfaceName = on.name;
    this.family = family;
    this.#socket = socket;
    this.#on = on;
    this.#group = groupAddress(on, family);
    this.#events = events;
    this.#platform = platform;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  async join(local: string): Promise<void> {
    try {
      await this.#bindAndJoin(local, this.#platform);
      // multicast-dns sets that of multicasts only.
      this.#socket.setTTL(TTL);
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
      if (this.#state === 'joined') this.#events.sent(error ?? undefined);
      if (this.#inFlight === 0) this.#onFlushed();
    };
    try {
      this.#socket.send(bytes, to?.port ?? MDNS_PORT, to?.address ?? this.#group, onSent);
    } catch (error) {
      onSent(toError(error));
    }
  }

  renew(): void {
    // Elsewhere sockets are bound to no group: what they hear may have been sent to them alone.
    if (this.#state !== 'joined' || this.#platform !== 'linux') return;
    const interfaces = networkInterfaces();
    this.#others = listInterfaces(interfaces, this.#platform).filter(({ name }) => name !== this.#on.name);
    // A socket that is bound to an IPv6 group with its zone hears that interface alone.
    this.#isSealed = this.family === 'IPv6' || this.#refuseOthers(interfaces);
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
        port: MDNS_PORT,
        ip: GROUPS[this.family],
        interface: local,
        bind: bindAddress(this.#on, this.family, platform),
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

  /** False where the kernel refuses: it allows a socket twenty memberships. */
  #refuseOthers(interfaces: ReturnType<typeof networkInterfaces>): boolean {
    try {
      const { refused, isWhole } = planSeal(this.#on, listJoined(readFileSync(IGMP_TABLE, 'latin1')), interfaces);
      const done = new Set<string>();
      for (const { name, address } of refused) {
        const key = `${address} ${readLinuxInterfaceIndex(name)}`;
        if (!this.#refused.has(key)) this.#socket.addSourceSpecificMembership(NOBODY, this.#group, address);
        done.add(key);
        this.#refused = new Set([...this.#refused, key]);
      }
      this.#refused = done;
      return isWhole;
    } catch {
      return false;
    }
  }

  #isFromLink(source: LinkSource): boolean {
    return this.#isSealed ? mayBeOnLink(source, this.#on, this.#others) : isOnLink(source, this.#on);
  }

  #receive(bytes: Uint8Array, source: LinkSource): void {
    if (this.#state !== 'joined') return;
    if (this.#isFromLink(source)) this.#events.packet(bytes, source);
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

/**
 * Linux: the group's own address, so that unicast never arrives and other responders keep theirs. Elsewhere a socket that is bound
 * to a group can't send (EADDRNOTAVAIL on macOS) or can't be made (Windows): every address, and the source decides.
 */
export function bindAddress(on: NetworkInterface, family: AddressFamily, platform: string): string {
  if (platform === 'linux') return groupAddress(on, family);
  return family === 'IPv4' ? '0.0.0.0' : '::';
}

/** The group as an address to send to; IPv6 with its zone. */
export function groupAddress(on: NetworkInterface, family: AddressFamily): string {
  return family === 'IPv4' ? GROUPS.IPv4 : `${GROUPS.IPv6}%${zoneOf(on)}`;
}

function zoneOf(on: NetworkInterface): string {
  return on.zone ?? on.name;
}

function explainRefusal(cause: unknown, interfaceName: string, family: AddressFamily): MdnsError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const where = `${interfaceName} (${family})`;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return new MdnsError(
      'port-in-use',
      `UDP port ${MDNS_PORT} on ${where} is held exclusively by another mDNS program (${code}): let it share the port ` +
        '(avahi-daemon: disallow-other-stacks=no in /etc/avahi/avahi-daemon.conf), stop it, or use static addresses.',
      { cause },
    );
  }
  return new MdnsError('link-refused', `The mDNS group could not be joined on ${where}: ${code}.`, { cause });
}
