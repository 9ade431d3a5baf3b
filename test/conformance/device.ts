import {
  type BrowseEvent,
  createMdnsNode,
  type Instance,
  type MdnsNode,
  type NodeEvent,
  type Publication,
  type PublicationEvent,
  type ServiceOptions,
} from '@mdns-ambassador/mdns';
import { ManualClock, type MemoryHost, MemoryNetwork, type SentPacket, seededRandom } from '@mdns-ambassador/testkit';
import { type PacketText, readPacket, writePacket } from './packet-text.ts';

export const HOST = 'device-k3x9.local';
export const TYPE = '_http._tcp.local';
export const ENUMERATION = '_services._dns-sd._udp.local';
export const PRINTER = `printer.${TYPE}`;

/** What the device says of itself once `printer` is published. */
export const PRINTER_PTR = `${TYPE} 4500 IN PTR ${PRINTER}`;
export const PRINTER_SRV = `${PRINTER} 120 IN! SRV 0 0 8080 ${HOST}`;
export const PRINTER_TXT = `${PRINTER} 4500 IN! TXT a=b`;
export const TYPE_PTR = `${ENUMERATION} 4500 IN PTR ${TYPE}`;
export const HOST_A = `${HOST} 120 IN! A 10.0.0.1`;
/** It has no IPv6 address. */
export const HOST_NSEC = `${HOST} 120 IN! NSEC ${HOST} A`;

const MDNS_PORT = 5353;
const SEGMENT = 'lan';
/** Probing, three announcements, and the second after them in which nothing may be repeated. */
const SETTLED_MS = 10_000;

/** Where a packet of a test comes from. */
export interface From {
  /** Default 10.0.0.2, an address that nobody has. */
  readonly address?: string;
  readonly port?: number;
  readonly segment?: string;
}

/** A packet that a device sent. */
export interface Heard extends PacketText {
  readonly at: number;
  readonly family: 'IPv4' | 'IPv6';
  readonly segment: string;
  /** `group`, or who it went to: `10.0.0.2:5353`. */
  readonly to: string;
  readonly bytes: Uint8Array;
}

export interface DeviceOptions {
  /** Segment and addresses of each interface. Default `eth0` with 10.0.0.1/24. */
  readonly interfaces?: Readonly<Record<string, readonly [segment: string, ...addresses: string[]]>>;
  readonly label?: string;
  readonly seed?: number;
  /** Joins the network of this one. */
  readonly beside?: Device;
}

/** What devices share: time, and the network with everybody who listens to it. */
class Wire {
  readonly clock: ManualClock = new ManualClock();
  readonly network: MemoryNetwork;
  readonly #taps: ((packet: SentPacket) => void)[] = [];

  constructor() {
    this.network = new MemoryNetwork({ clock: this.clock, random: seededRandom(0), delayMs: [0, 0] });
    this.network.onSent = (packet) => {
      for (const tap of this.#taps) tap(packet);
    };
  }

  tap(listener: (packet: SentPacket) => void): void {
    this.#taps.push(listener);
  }
}

/** A node under test, seen from the wire: raw packets go in, and what it sends is read by another decoder. Virtual time. */
export class Device {
  readonly wire: Wire;
  readonly clock: ManualClock;
  readonly host: MemoryHost;
  readonly node: MdnsNode;
  readonly events: NodeEvent[] = [];
  #heard: Heard[] = [];

  private constructor(options: DeviceOptions) {
    const { label = 'device-k3x9', seed = 1, beside, interfaces = { eth0: [SEGMENT, '10.0.0.1/24'] } } = options;
    this.wire = beside?.wire ?? new Wire();
    this.wire.tap((packet) => this.#note(packet));
    this.clock = this.wire.clock;
    this.host = this.wire.network.addHost(label);
    for (const [name, [segment, ...addresses]] of Object.entries(interfaces))
      this.host.connect(name, segment, addresses);
    const onEvent = (event: NodeEvent): void => void this.events.push(event);
    const random = seededRandom(seed);
    this.node = createMdnsNode({ network: this.host, clock: this.clock, random, hostLabel: label, onEvent });
  }

  static async start(options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(options);
    await device.node.start();
    return device;
  }

  /** A device that announced `printer` a while ago, and then was silent. */
  static async settled(options: DeviceOptions = {}, service: Partial<ServiceOptions> = {}): Promise<Device> {
    const device = await Device.start(options);
    device.publish('printer', service);
    await device.run(SETTLED_MS);
    device.take();
    return device;
  }

  /** `a=b` at port 8080. */
  publish(
    name: string,
    more: Partial<ServiceOptions> = {},
  ): { readonly publication: Publication; readonly events: readonly PublicationEvent[] } {
    const events: PublicationEvent[] = [];
    const txt = new Map([['a', new Uint8Array([0x62])]]);
    const service = { name, type: '_http._tcp', port: 8080, txt, ...more };
    const publication = this.node.publish(service, (event) => events.push(event));
    return { publication, events };
  }

  browse(subtype?: string): {
    readonly events: readonly BrowseEvent[];
    instances(): readonly Instance[];
    close(): void;
  } {
    const events: BrowseEvent[] = [];
    const instances = new Map<string, Instance>();
    const options = { type: '_http._tcp', ...(subtype !== undefined && { subtype }) };
    const browsing = this.node.browse(options, (event) => {
      events.push(event);
      if (event.kind === 'removed') instances.delete(event.instance.name);
      else instances.set(event.instance.name, event.instance);
    });
    return { events, instances: () => [...instances.values()], close: () => browsing.close() };
  }

  /** Sends a query to the group. It arrives with the next `run`. */
  ask(questions: string | readonly string[], rest: Partial<PacketText> = {}, from: From = {}): void {
    this.inject(writePacket({ kind: 'query', questions: [questions].flat(), ...rest }), from);
  }

  /** Sends a response to the group. It arrives with the next `run`. */
  tell(answers: string | readonly string[], rest: Partial<PacketText> = {}, from: From = {}): void {
    this.inject(writePacket({ kind: 'response', answers: [answers].flat(), ...rest }), from);
  }

  inject(bytes: Uint8Array, { address = '10.0.0.2', port = MDNS_PORT, segment = SEGMENT }: From = {}): void {
    this.wire.network.inject(segment, address.includes(':') ? 'IPv6' : 'IPv4', { address, port }, bytes);
  }

  async run(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** Everything that the device sent since the last call. */
  take(): readonly Heard[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  /** As `take`, after a run of `ms`, the queries only. */
  async queriesIn(ms: number): Promise<readonly Heard[]> {
    await this.run(ms);
    return this.take().filter(({ kind }) => kind === 'query');
  }

  /** As `take`, after a run of `ms`, the responses only. */
  async responsesIn(ms: number): Promise<readonly Heard[]> {
    await this.run(ms);
    return this.take().filter(({ kind }) => kind === 'response');
  }

  #note(packet: SentPacket): void {
    if (packet.host !== this.host.name) return;
    const { at, family, segment, to, bytes } = packet;
    const destination = to === undefined ? 'group' : `${to.address}:${to.port}`;
    this.#heard.push({ ...readPacket(bytes), at, family, segment, to: destination, bytes });
  }
}

/** The answers of all these packets. */
export function answersOf(heard: readonly PacketText[]): readonly string[] {
  return heard.flatMap(({ answers }) => answers);
}

/** Answers and additionals of all these packets. */
export function recordsOf(heard: readonly PacketText[]): readonly string[] {
  return heard.flatMap(({ answers, additionals }) => [...answers, ...additionals]);
}

export function questionsOf(heard: readonly PacketText[]): readonly string[] {
  return heard.flatMap(({ questions }) => questions);
}
