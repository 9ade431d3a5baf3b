import { ManualClock, type MemoryPeerHost, MemoryPeers, seededRandom } from '@mdns-ambassador/testkit';
import type { AddressJudge } from '../src/address-judge.ts';
import type { PeerStream } from '../src/link/peer-stream.ts';
import type { PeerEvent } from '../src/peer-event.ts';
import { PeerNode, type PeerNodeOptions } from '../src/peer-node.ts';
import type { PeerLine, PeerService } from '../src/rules/line.ts';
import { decodeLine, encodeLine } from '../src/rules/line-text.ts';

const PORT = 5350;

export function service(name: string, change: Partial<PeerService> = {}): PeerService {
  return {
    name,
    type: '_redis._tcp',
    subtypes: [],
    host: `${name}.local`,
    port: 6379,
    priority: 0,
    weight: 0,
    txt: new Map(),
    ...change,
  };
}

/** Everybody is near. */
function judgeFor(host: MemoryPeerHost): AddressJudge {
  const isOwn = (address: string): boolean => address === '127.0.0.1' || host.addresses.includes(address);
  return {
    isOwn,
    noteNamed: () => undefined,
    mayLink: () => true,
    mayDial: () => true,
    isUsable: (address, isFromThisHost) => isFromThisHost || !isOwn(address),
  };
}

/** Nodes in memory, each on a host of its own unless said. */
export class PeerWorld {
  readonly clock = new ManualClock();
  readonly network = new MemoryPeers(this.clock);
  readonly events = new Map<PeerNode, PeerEvent[]>();
  #count = 0;

  create(address: string, named: readonly string[] = [], change: Partial<PeerNodeOptions> = {}): PeerNode {
    return this.#create(address, named, { port: PORT, ...change });
  }

  /** One that listens nowhere. */
  createDeaf(address: string, change: Partial<PeerNodeOptions>): PeerNode {
    return this.#create(address, [], change);
  }

  #create(address: string, named: readonly string[], change: Partial<PeerNodeOptions>): PeerNode {
    this.#count += 1;
    const host = this.network.findHost(address) ?? this.network.addHost(`h${this.#count}`, [address]);
    const events: PeerEvent[] = [];
    const node = new PeerNode({
      node: this.#count.toString(16).padStart(16, '0'),
      version: '0.1.0',
      clock: this.clock,
      random: seededRandom(this.#count),
      transport: host.createTransport(),
      named: named.map((each) => ({ host: each, port: PORT })),
      remembered: [],
      isMesh: false,
      addresses: () => host.addresses,
      judge: judgeFor(host),
      onEvent: (event) => events.push(event),
      ...change,
    });
    this.events.set(node, events);
    return node;
  }

  async start(...nodes: readonly PeerNode[]): Promise<void> {
    for (const node of nodes) await node.start();
    await this.clock.advance(1_000);
  }
}

/** Somebody who speaks as he likes. */
export class RawPeer {
  readonly heard: PeerLine[] = [];
  ended: string | undefined;
  readonly #stream: PeerStream;
  #text = '';

  private constructor(stream: PeerStream) {
    this.#stream = stream;
    stream.open({
      data: (chunk) => {
        const lines = (this.#text + Buffer.from(chunk).toString()).split('\n');
        this.#text = lines.pop() ?? '';
        for (const line of lines) {
          const reading = decodeLine(line);
          if (reading.kind === 'line') this.heard.push(reading.line);
        }
      },
      ended: (reason) => {
        this.ended = reason;
      },
    });
  }

  static async dial(world: PeerWorld, from: string, to: string): Promise<RawPeer> {
    const host = world.network.findHost(from) ?? world.network.addHost(from, [from]);
    const dialled = host.createTransport().dial({ host: to, port: PORT }, new AbortController().signal);
    const settled = dialled.then((stream) => new RawPeer(stream));
    settled.catch(() => undefined);
    await world.clock.advance(10);
    return settled;
  }

  /** Who comes to this address, in order. */
  static async listen(world: PeerWorld, at: string): Promise<readonly RawPeer[]> {
    const host = world.network.findHost(at) ?? world.network.addHost(at, [at]);
    const come: RawPeer[] = [];
    await host.createTransport().listen(PORT, {
      mayArrive: () => true,
      onStream: (stream) => come.push(new RawPeer(stream)),
      onShown: () => undefined,
      onStranger: () => undefined,
    });
    return come;
  }

  say(...lines: readonly (PeerLine | string)[]): void {
    this.#stream.write(lines.map((line) => (typeof line === 'string' ? line : encodeLine(line))).join(''));
  }

  greet(node = 'f'.repeat(16)): void {
    this.say({ kind: 'hello', node, version: '0.1.0', wall: 0 });
  }
}
