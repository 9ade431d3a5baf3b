import type { PeerPlace, PeerReceiver, PeerStream, PeerStreamEvents, PeerTransport } from '@mdns-ambassador/peers';
import type { ManualClock } from './manual-clock.ts';

const FIRST_FREE_PORT = 40_000;
const LATENCY_MS = 1;

/** What was written on all streams, whether it arrived or not. */
export interface PeerTraffic {
  readonly lines: number;
  readonly bytes: number;
}

/** TCP in memory: hosts with addresses, which reach one another as a test says. Links that are cut are silent, as a cable is. */
export class MemoryPeers {
  readonly clock: ManualClock;
  /** Whether what one host sends arrives at the other; by their names. */
  reaches: (from: string, to: string) => boolean = () => true;
  /** Dials so far, by the key `ADDRESS PORT`. */
  readonly dialled: Map<string, number> = new Map();
  readonly hosts: Map<string, MemoryPeerHost> = new Map();
  #lines = 0;
  #bytes = 0;

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  get traffic(): PeerTraffic {
    return { lines: this.#lines, bytes: this.#bytes };
  }

  /** `nat`: what others see where it dials, and nobody can dial. */
  addHost(name: string, addresses: readonly string[], nat?: string): MemoryPeerHost {
    const host = new MemoryPeerHost(this, name, addresses, nat);
    this.hosts.set(name, host);
    return host;
  }

  findHost(address: string): MemoryPeerHost | undefined {
    for (const host of this.hosts.values()) {
      if (host.nat === undefined && host.isUp && host.addresses.includes(address)) return host;
    }
    return undefined;
  }

  count(text: string): void {
    this.#lines += text.split('\n').length - 1;
    this.#bytes += text.length;
  }
}

/** One machine. Its transport is one process's; a process that ends closes what it has. */
export class MemoryPeerHost {
  readonly network: MemoryPeers;
  readonly name: string;
  addresses: readonly string[];
  readonly nat: string | undefined;
  isUp = true;
  readonly ports: Map<number, PeerReceiver> = new Map();
  readonly #streams = new Set<MemoryStream>();
  #nextPort = FIRST_FREE_PORT;

  constructor(network: MemoryPeers, name: string, addresses: readonly string[], nat: string | undefined) {
    this.network = network;
    this.name = name;
    this.addresses = addresses;
    this.nat = nat;
  }

  /** `view`: where it dials it comes to show itself. */
  createTransport(as: 'peer' | 'view' = 'peer'): PeerTransport {
    return {
      dial: (place, signal) => this.#dial(place, signal, as),
      listen: async (wanted, receiver) => {
        const port = wanted === 0 ? this.#nextPort++ : wanted;
        if (this.ports.has(port)) throw new Error('EADDRINUSE');
        this.ports.set(port, receiver);
        return {
          port,
          close: async () => {
            if (this.ports.get(port) === receiver) this.ports.delete(port);
          },
        };
      },
    };
  }

  /** The process dies; the kernel ends what it had. */
  kill(): void {
    this.ports.clear();
    for (const stream of [...this.#streams]) stream.destroy();
  }

  /** The machine loses its power: nobody is told. */
  switchOff(): void {
    this.isUp = false;
    this.ports.clear();
    for (const stream of this.#streams) stream.mute();
    this.#streams.clear();
  }

  keep(stream: MemoryStream): void {
    this.#streams.add(stream);
  }

  release(stream: MemoryStream): void {
    this.#streams.delete(stream);
  }

  /** Other addresses than before; what had one of those is dead. */
  readdress(addresses: readonly string[]): void {
    this.addresses = addresses;
    for (const stream of [...this.#streams]) if (!addresses.includes(stream.localAddress)) stream.mute();
  }

  #dial({ host: address, port }: PeerPlace, signal: AbortSignal, as: 'peer' | 'view'): Promise<PeerStream> {
    const { clock, dialled } = this.network;
    const key = `${address} ${port}`;
    dialled.set(key, (dialled.get(key) ?? 0) + 1);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
      clock.after(2 * LATENCY_MS, () => {
        const isLocal = this.addresses.includes(address) || address === '127.0.0.1';
        const target = isLocal ? this : this.network.findHost(address);
        if (target === undefined || !this.isUp || !this.#isReached(target)) return;
        const receiver = target.ports.get(port);
        const [own = ''] = this.addresses;
        const seenAs = isLocal ? address : (this.nat ?? own);
        if (receiver === undefined || !receiver.mayArrive(seenAs)) {
          reject(Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED' }));
          return;
        }
        const mine = new MemoryStream(this, target, { remoteAddress: address, localAddress: isLocal ? address : own });
        const theirs = new MemoryStream(target, this, { remoteAddress: seenAs, localAddress: address });
        mine.other = theirs;
        theirs.other = mine;
        if (as === 'view') receiver.onShown(theirs);
        else receiver.onStream(theirs);
        resolve(mine);
      });
    });
  }

  #isReached(target: MemoryPeerHost): boolean {
    const { reaches } = this.network;
    return target === this || (reaches(this.name, target.name) && reaches(target.name, this.name));
  }
}

class MemoryStream implements PeerStream {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly pending = 0;
  other: MemoryStream | undefined;
  readonly #from: MemoryPeerHost;
  readonly #to: MemoryPeerHost;
  #events: PeerStreamEvents | undefined;
  #early: Uint8Array[] = [];
  #hasEnded = false;
  #isOver = false;
  #isMute = false;

  constructor(
    from: MemoryPeerHost,
    to: MemoryPeerHost,
    addresses: { readonly remoteAddress: string; readonly localAddress: string },
  ) {
    this.#from = from;
    this.#to = to;
    this.remoteAddress = addresses.remoteAddress;
    this.localAddress = addresses.localAddress;
    from.keep(this);
  }

  open(events: PeerStreamEvents): void {
    this.#events = events;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.take(chunk);
    if (this.#hasEnded) this.#from.network.clock.after(0, () => this.finish());
  }

  write(text: string): void {
    if (this.#isOver || this.#isMute) return;
    this.#from.network.count(text);
    const chunk = Buffer.from(text);
    this.#later(() => this.other?.take(chunk));
  }

  async close(): Promise<void> {
    this.destroy();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#from.release(this);
    if (!this.#isMute) this.#later(() => this.other?.finish());
  }

  /** Nothing leaves it, nothing arrives. */
  mute(): void {
    this.#isMute = true;
  }

  take(chunk: Uint8Array): void {
    if (this.#isOver || this.#isMute) return;
    if (this.#events === undefined) this.#early.push(chunk);
    else this.#events.data(chunk);
  }

  /** Told when it has been opened. */
  finish(): void {
    if (this.#isOver || this.#isMute) return;
    this.#hasEnded = true;
    if (this.#events === undefined) return;
    this.#isOver = true;
    this.#from.release(this);
    this.#events.ended('it hung up');
  }

  /** What is under way when a link is cut is lost with it. */
  #later(arrive: () => void): void {
    const { clock } = this.#from.network;
    clock.after(LATENCY_MS, () => {
      if (this.#to === this.#from || this.#from.network.reaches(this.#from.name, this.#to.name)) arrive();
    });
  }
}
