import {
  createMdnsNode,
  type Link,
  type LinkEvents,
  type MdnsNode,
  type NetworkInterface,
} from '@mdns-ambassador/mdns';
import { ManualClock } from '../manual-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const ETH0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [{ address: '10.0.0.1', family: 'IPv4', prefixLength: 16, scopeId: 0 }],
};

/**
 * One node on a link where a test is everybody else: it publishes `redis on h1`, browses `_redis._tcp` and every type. What it
 * sends is counted and lost.
 */
export class HostileTarget {
  readonly clock: ManualClock = new ManualClock();
  readonly node: MdnsNode;
  /** Names of instances that it believes to be there. */
  readonly known: Set<string> = new Set();
  readonly types: Set<string> = new Set();
  sentPackets = 0;
  #events: LinkEvents | undefined;

  constructor(seed = 1) {
    this.node = createMdnsNode({
      clock: this.clock,
      random: seededRandom(seed),
      hostLabel: 'h1-k3x9',
      network: {
        interfaces: () => [ETH0],
        openLink: async (_on, _family, events) => this.#openLink(events),
      },
    });
  }

  /** Everything that it will ever do by itself at the start is done when this resolves. */
  async start(): Promise<void> {
    await this.node.start();
    this.node.publish({ name: 'redis on h1', type: '_redis._tcp', port: 6379 });
    this.node.browse({ type: '_redis._tcp' }, ({ kind, instance }) => {
      if (kind === 'removed') this.known.delete(instance.name);
      else this.known.add(instance.name);
    });
    this.node.browseTypes((type) => void this.types.add(type));
    await this.clock.advance(10_000);
  }

  /** A datagram comes in. What it leads to happens in the microtasks after this. */
  receive(bytes: Uint8Array, address = '10.0.0.9', port = 5353): void {
    this.#events?.packet(bytes, { address, port });
  }

  #openLink(events: LinkEvents): Link {
    this.#events = events;
    return {
      interfaceName: ETH0.name,
      family: 'IPv4',
      counters: { offLink: 0, sendErrors: 0 },
      isWorn: false,
      send: () => {
        this.sentPackets += 1;
      },
      renew: async () => undefined,
      awaitReplies: () => undefined,
      ask: () => {
        this.sentPackets += 1;
      },
      close: async () => {
        this.#events = undefined;
      },
    };
  }
}
