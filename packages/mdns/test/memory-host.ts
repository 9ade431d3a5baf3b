import type { SocketOptions } from 'node:dgram';
import { EventEmitter } from 'node:events';

const GROUP = '224.0.0.251';
/** libuv reads so many packets of a socket in a round of the event loop. */
const READ_AT_ONCE = 32;

interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: { readonly address: string; readonly port: number };
}

interface Sent {
  readonly bytes: Uint8Array;
  readonly port: number;
  readonly address: string;
}

type Done = (error: Error | null) => void;

function failure(code: string): Error & { readonly code: string } {
  return Object.assign(new Error(code), { code });
}

/** A UDP socket of {@link MemoryHost}, as far as this package uses one: packets wait in a queue until the event loop reads them. */
export class MemorySocket extends EventEmitter {
  readonly sent: Sent[] = [];
  /** As the kernel keeps them: of which interface, by its number, and the address that named it; those of interfaces that are gone, too. */
  memberships: { readonly index: number; readonly address: string }[] = [];
  address = '';
  port = 0;
  isBound = false;
  isClosed = false;
  readonly #host: MemoryHost;
  readonly #lookup: NonNullable<SocketOptions['lookup']>;
  #queue: Datagram[] = [];

  constructor(host: MemoryHost, lookup?: SocketOptions['lookup']) {
    super();
    this.#host = host;
    this.#lookup = lookup ?? ((literal, _, done) => process.nextTick(done, null, literal, 4));
  }

  bind(to: number | { readonly address: string; readonly port: number }, address = '', done?: () => void): void {
    [this.address, this.port] = typeof to === 'number' ? [address, to] : [to.address, to.port];
    if (done !== undefined) this.once('listening', done);
    this.#lookup(this.address, {}, () => {
      if (this.isClosed) return;
      const code = this.#host.bindRefusals.get(this.address);
      this.isBound = code === undefined;
      if (code === undefined) this.emit('listening');
      else this.emit('error', failure(code));
    });
  }

  connect(port: number, address: string, done: (error?: Error) => void): void {
    [this.address, this.port] = [address, port];
    const code = this.#host.bindRefusals.get(address);
    process.nextTick(() => done(code === undefined ? undefined : failure(code)));
  }

  send(bytes: Uint8Array, ...rest: readonly [Done] | readonly [port: number, address: string, done: Done]): void {
    const [port, address, done] = rest.length === 1 ? [this.port, this.address, rest[0]] : rest;
    this.#lookup(address, {}, () => {
      this.sent.push({ bytes, port, address });
      const code = this.#host.sendRefusals.get(address);
      process.nextTick(() => done(code === undefined ? null : failure(code)));
    });
  }

  addMembership(): void {}

  /** Finds the interface by its address; where nobody has it, the newest membership that was made by it (ip_mc_leave_group). */
  dropMembership(_: string, by: string): void {
    const index = this.#host.indexOf(by);
    const last = this.memberships.findLast((one) => (index === undefined ? one.address === by : one.index === index));
    if (last === undefined) throw failure('EADDRNOTAVAIL');
    this.memberships = this.memberships.filter((one) => one !== last);
  }

  setMulticastInterface(): void {}
  setMulticastTTL(): void {}
  setMulticastLoopback(): void {}

  setTTL(): void {
    if (this.#host.refusesTtl && this.address !== GROUP) throw failure('EBADF');
  }

  addSourceSpecificMembership(_: string, __: string, by: string): void {
    const index = this.#host.indexOf(by);
    if (index === undefined) throw failure('ENODEV');
    if (this.memberships.some((one) => one.index === index)) throw failure('EADDRNOTAVAIL');
    if (this.memberships.length >= this.#host.memberships) throw failure('ENOBUFS');
    this.memberships.push({ index, address: by });
  }

  dropSourceSpecificMembership(_: string, __: string, by: string): void {
    this.dropMembership(_, by);
  }

  /** The addresses of the interfaces that it does not hear. */
  get refused(): readonly string[] {
    return this.memberships.map(({ address }) => address);
  }

  /** The kernel has a packet for it. */
  take(datagram: Datagram): void {
    this.#queue.push(datagram);
    if (this.#queue.length === 1) setImmediate(() => this.#read());
  }

  close(done?: () => void): void {
    if (this.isClosed) throw failure('ERR_SOCKET_DGRAM_NOT_RUNNING');
    this.isClosed = true;
    this.#queue = [];
    if (done !== undefined) this.once('close', done);
    process.nextTick(() => this.emit('close'));
  }

  #read(): void {
    const read = this.#queue.splice(0, READ_AT_ONCE);
    this.#host.reads += read.length;
    for (const { bytes, from } of read) this.emit('message', bytes, from);
    if (this.#queue.length > 0) setImmediate(() => this.#read());
  }
}

/** What the system of a Linux host says and does, in memory; for tests that put it in the place of node:dgram, node:fs and node:os. */
export class MemoryHost {
  readonly sockets: MemorySocket[] = [];
  readonly files = new Map<string, string>();
  /** Codes, by the address that is bound or connected to. */
  readonly bindRefusals = new Map<string, string>();
  /** Codes, by the address that is sent to. */
  readonly sendRefusals = new Map<string, string>();
  refusesTtl = false;
  /** How many interfaces a socket may refuse. */
  memberships = 20;
  /** Why it tells of no interfaces. */
  hides: string | undefined;
  /** How often it was asked for its interfaces. */
  readings = 0;
  /** How many packets were read of all sockets. */
  reads = 0;
  readonly fileReadings: string[] = [];
  /** Who can't read a file has no descriptor. */
  isFull = false;
  readonly #interfaces = new Map<string, { readonly address: string; readonly index: number }>();
  #lastIndex = 0;

  /** In 24 bits; somebody has joined the mDNS group on it. One of the same name is made anew. */
  addInterface(name: string, address: string): void {
    this.#interfaces.set(name, { address, index: ++this.#lastIndex });
    this.files.set(`/sys/class/net/${name}/ifindex`, `${this.#lastIndex}\n`);
    this.#writeIgmp();
  }

  removeInterface(name: string): void {
    this.#interfaces.delete(name);
    this.files.delete(`/sys/class/net/${name}/ifindex`);
    this.#writeIgmp();
  }

  /** Of the interface that has the address. */
  indexOf(address: string): number | undefined {
    return [...this.#interfaces.values()].find((one) => one.address === address)?.index;
  }

  #writeIgmp(): void {
    const joined = [...this.#interfaces].map(
      ([name, { index }]) => `${index}\t${name}\t: 1 V3\n\t\t\t\tFB0000E0 1 0 0\n`,
    );
    this.files.set('/proc/net/igmp', joined.join(''));
  }

  readonly networkInterfaces = (): unknown => {
    this.readings++;
    if (this.hides !== undefined) throw failure(this.hides);
    const all = [...this.#interfaces].map(([name, { address }]) => [
      name,
      [{ address, family: 'IPv4', netmask: '255.255.255.0', cidr: `${address}/24`, internal: false }],
    ]);
    return Object.fromEntries(all);
  };

  readonly readFileSync = (path: string): string => {
    this.fileReadings.push(path);
    if (this.isFull) throw failure('EMFILE');
    const text = this.files.get(path);
    if (text === undefined) throw failure('ENOENT');
    return text;
  };

  readonly createSocket = (options?: SocketOptions): MemorySocket => {
    const socket = new MemorySocket(this, options?.lookup);
    this.sockets.push(socket);
    return socket;
  };

  get openSockets(): readonly MemorySocket[] {
    return this.sockets.filter(({ isClosed }) => !isClosed);
  }

  /** A packet to the group comes in by an interface; as Linux does, every socket of the group has it that does not refuse that. */
  arrive(by: string, address: string, bytes: Uint8Array = new Uint8Array(12)): void {
    const from = { address, port: 5353 };
    for (const socket of this.openSockets) {
      const isRefused = socket.memberships.some(({ index }) => index === this.#interfaces.get(by)?.index);
      if (socket.address === GROUP && !isRefused) socket.take({ bytes, from });
    }
  }
}
