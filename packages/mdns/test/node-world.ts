import { ManualClock, type MemoryHost, MemoryNetwork, type SentPacket, seededRandom } from '@mdns-ambassador/testkit';
import { createMdnsNode } from '../src/create-mdns-node.ts';
import type { BrowseEvent, Instance } from '../src/instance.ts';
import type { MdnsNode, MdnsNodeOptions, NodeEvent } from '../src/node.ts';
import type { Publication, PublicationEvent, ServiceOptions } from '../src/publication.ts';
import { decodeMessage } from '../src/wire/decode.ts';
import type { Message } from '../src/wire/message.ts';
import { formatName } from '../src/wire/name.ts';

export const TYPE = '_redis._tcp';

/** A node on a host of the world, and all that it said. */
export interface Station {
  readonly host: MemoryHost;
  readonly node: MdnsNode;
  readonly events: NodeEvent[];
}

/** A publication and all that it said. */
export interface Published {
  readonly publication: Publication;
  readonly events: PublicationEvent[];
}

/** What a browse told so far. */
export interface Browsed {
  readonly events: BrowseEvent[];
  instances(): readonly Instance[];
  close(): void;
}

/** Nodes over an in-memory network in virtual time, with every packet recorded. */
export class NodeWorld {
  readonly clock: ManualClock = new ManualClock();
  readonly network: MemoryNetwork;
  readonly sent: SentPacket[] = [];
  #seed = 1;

  constructor() {
    this.network = new MemoryNetwork({ clock: this.clock, random: seededRandom(0) });
    this.network.onSent = (packet) => void this.sent.push(packet);
  }

  /** A node that is not started; `interfaces` by name: segment and addresses. */
  add(
    name: string,
    interfaces: Readonly<Record<string, readonly [segment: string, ...addresses: string[]]>>,
    options: Pick<MdnsNodeOptions, 'mayWait' | 'onTxt'> = {},
  ): Station {
    const host = this.network.addHost(name);
    for (const [interfaceName, [segment, ...addresses]] of Object.entries(interfaces)) {
      host.connect(interfaceName, segment, addresses);
    }
    const events: NodeEvent[] = [];
    return { host, node: this.createNode(name, host, events, options), events };
  }

  /** One more node on a host that may have others. */
  createNode(
    name: string,
    host: MemoryHost,
    events: NodeEvent[],
    options: Pick<MdnsNodeOptions, 'mayWait' | 'onTxt'> = {},
  ): MdnsNode {
    return createMdnsNode({
      ...options,
      network: host,
      clock: this.clock,
      random: seededRandom(this.#seed++),
      hostLabel: `${name}-aaaa`,
      onEvent: (event) => events.push(event),
    });
  }

  /** A node that runs on `eth0` of the segment `lan`. */
  async start(name: string, ...addresses: readonly string[]): Promise<Station> {
    const station = this.add(name, { eth0: ['lan', ...addresses] });
    await station.node.start();
    return station;
  }

  async run(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** Closes the node and lets its goodbyes leave. */
  async close(station: Station): Promise<void> {
    const closed = station.node.close();
    await this.run(0);
    await closed;
  }

  /** The messages that a host sent since `from`, each once though it left in two families. */
  messagesOf(station: Station, from: number = 0): readonly Message[] {
    return this.sent
      .filter((packet) => packet.host === station.host.name && packet.at >= from && packet.family === 'IPv4')
      .flatMap(({ bytes }) => decodeMessage(bytes)?.message ?? []);
  }
}

export function publish(station: Station, name: string, more: Partial<ServiceOptions> = {}): Published {
  const events: PublicationEvent[] = [];
  const publication = station.node.publish({ name, type: TYPE, port: 6379, ...more }, (event) => events.push(event));
  return { publication, events };
}

export function browse(station: Station, type: string = TYPE, subtype?: string): Browsed {
  const events: BrowseEvent[] = [];
  const instances = new Map<string, Instance>();
  const browsing = station.node.browse({ type, ...(subtype !== undefined && { subtype }) }, (event) => {
    events.push(event);
    const key = `${event.instance.name} ${event.instance.link ?? ''}`;
    if (event.kind === 'removed') instances.delete(key);
    else instances.set(key, event.instance);
  });
  return { events, instances: () => [...instances.values()], close: () => browsing.close() };
}

/** `name type` of every record with TTL 0. */
export function listGoodbyes(messages: readonly Message[]): readonly string[] {
  return messages
    .filter(({ kind }) => kind === 'response')
    .flatMap(({ answers }) => answers.filter(({ ttl }) => ttl === 0))
    .map(({ name, data }) => `${formatName(name)} ${data.type}`);
}
