import { type Host, type HostProcess, PYTHON } from '@mdns-ambassador/testkit';
import { locateProgram } from '../../ambassador.ts';
import { type PacketText, readPacket, writePacket } from '../../conformance/packet-text.ts';

export const GROUPS = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;

const MDNS_PORT = 5353;
const POLL_MS = 50;

/** A packet as the network brought it. */
export interface Arrived extends PacketText {
  readonly family: 4 | 6;
  /** TTL of IPv4, hop limit of IPv6. */
  readonly ttl: number;
  readonly from: string;
  readonly fromPort: number;
  /** The address that it was sent to: the group's or the peer's. */
  readonly to: string;
  readonly toPort: number;
}

/** How a packet is sent. Default: to the IPv4 group, from port 5353. */
export interface Sending {
  readonly to?: string;
  readonly from?: 'mdns' | 'resolver';
  /** A source address of this host. */
  readonly source?: string;
}

/** A host that speaks mDNS by hand, and sees what only the network shows: TTLs, ports, and which address a packet went to. */
export class RawPeer {
  readonly #prober: HostProcess;
  #seen = 0;

  private constructor(prober: HostProcess) {
    this.#prober = prober;
  }

  static async start(host: Host): Promise<RawPeer> {
    const prober = host.spawn(PYTHON, [locateProgram('mdns-prober.py')]);
    await prober.line(/^ready/);
    return new RawPeer(prober);
  }

  send(packet: Partial<PacketText>, sending: Sending = {}): void {
    const hex = Buffer.from(writePacket(packet)).toString('hex');
    const order = { hex, to: GROUPS[4], toPort: MDNS_PORT, from: 'mdns', ...sending };
    this.#prober.stdin.write(`${JSON.stringify(order)}\n`);
  }

  ask(question: string, sending: Sending = {}, rest: Partial<PacketText> = {}): void {
    this.send({ questions: [question], ...rest }, sending);
  }

  /** Forgets what arrived so far. */
  forget(): void {
    this.#seen = this.#arrived().length;
  }

  /** What arrived since `forget`. */
  arrived(): readonly Arrived[] {
    return this.#arrived().slice(this.#seen);
  }

  /** The first packet since `forget` that matches, waiting for it. */
  async expect(matches: (packet: Arrived) => boolean): Promise<Arrived> {
    await this.#prober.until(() => this.arrived().some(matches));
    const found = this.arrived().find(matches);
    if (found === undefined) throw new Error('it came, and is gone');
    return found;
  }

  /** Until what arrived since `forget` satisfies the predicate. */
  async until(satisfies: (packets: readonly Arrived[]) => boolean): Promise<void> {
    await this.#prober.until(() => satisfies(this.arrived()));
  }

  /** What arrives within this time. */
  async listen(ms: number): Promise<readonly Arrived[]> {
    this.forget();
    for (let waited = 0; waited < ms; waited += POLL_MS) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return this.arrived();
  }

  #arrived(): readonly Arrived[] {
    const lines = this.#prober.stdout.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => {
      const { hex, ...told } = JSON.parse(line);
      return { ...told, ...readPacket(Buffer.from(hex, 'hex')) };
    });
  }
}
