import type { Decode } from '@mdns-ambassador/mdns';
import { ManualClock } from './manual-clock.ts';
import { MemoryNetwork, type SentPacket } from './memory-network.ts';
import { seededRandom } from './seeded-random.ts';
import { createSharedDecode } from './shared-decode.ts';
import { SimulatedHost } from './simulated-host.ts';

export interface SimulatedLanOptions {
  /** How many hosts are up at first: `h1`, `h2`, ... */
  readonly hosts: number;
  /** Repeats a run. Default 1. */
  readonly seed?: number;
  /** Probability that one receiver misses one packet. Default 0. */
  readonly loss?: number;
  /** Default 0.2 to 2 ms, a wired LAN's. */
  readonly delayMs?: readonly [least: number, greatest: number];
}

/** What was sent, lost or not. */
export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
}

const SEGMENT = 'lan';
const DEFAULT_DELAY_MS = [0.2, 2] as const;

/**
 * Hosts with a real mDNS node each on one link, in virtual time: `await lan.run(3_600_000)`. The same seed gives the same run.
 */
export class SimulatedLan implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  /** In [0, 1), from the seed; for what a test decides by chance. */
  readonly random: () => number;
  readonly #hosts: SimulatedHost[] = [];
  readonly #decode: Decode = createSharedDecode();
  readonly #segments: string[] = [SEGMENT];
  #packets = 0;
  #bytes = 0;

  private constructor(options: SimulatedLanOptions) {
    this.clock = new ManualClock();
    this.random = seededRandom(options.seed ?? 1);
    this.network = new MemoryNetwork({
      clock: this.clock,
      random: seededRandom((options.seed ?? 1) + 1),
      loss: options.loss ?? 0,
      delayMs: options.delayMs ?? DEFAULT_DELAY_MS,
    });
    this.network.onSent = (packet) => this.#count(packet);
  }

  static async create(options: SimulatedLanOptions): Promise<SimulatedLan> {
    const lan = new SimulatedLan(options);
    await Promise.all(Array.from({ length: options.hosts }, () => lan.addHost()));
    return lan;
  }

  /** Every host that was ever added, in order; some may be down. */
  get hosts(): readonly SimulatedHost[] {
    return this.#hosts;
  }

  /** Since the LAN was made. Two readings and the time between them give packets and bytes a second. */
  get traffic(): Traffic {
    return { packets: this.#packets, bytes: this.#bytes };
  }

  /** One more host, up at once, with an interface on each of the segments: `eth0`, `eth1`, ... Those on `lan` are in 10/8, the next segment's in 11/8, ... */
  async addHost(segments: readonly string[] = [SEGMENT]): Promise<SimulatedHost> {
    const number = this.#hosts.length + 1;
    const name = `h${number}`;
    for (const segment of segments) if (!this.#segments.includes(segment)) this.#segments.push(segment);
    const addressOn = (segment: string): string =>
      `${10 + this.#segments.indexOf(segment)}.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}/8`;
    const host = new SimulatedHost(name, {
      clock: this.clock,
      random: seededRandom(Math.floor(this.random() * 2 ** 32)),
      decode: this.#decode,
      connect: () => {
        const network = this.network.addHost(name);
        for (const [index, segment] of segments.entries())
          network.connect(`eth${index}`, segment, [addressOn(segment)]);
        return network;
      },
    });
    this.#hosts.push(host);
    await host.start();
    return host;
  }

  /** Each group hears itself only. */
  partition(...groups: readonly (readonly SimulatedHost[])[]): void {
    this.network.partition(groups.map((hosts) => hosts.map(({ name }) => name)));
  }

  heal(): void {
    this.network.heal();
  }

  /** Lets virtual time pass. */
  async run(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** Every node is closed; no timer is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) host.crash();
    await this.run(0);
  }

  #count(packet: SentPacket): void {
    this.#packets++;
    this.#bytes += packet.bytes.length;
  }
}
