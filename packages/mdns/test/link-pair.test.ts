import { describe, expect, it } from 'vitest';
import { type FragmentedPacket, LinkPair } from '../src/link-pair.ts';
import type { Link, LinkEvents, LinkSource, Network, NetworkInterface } from '../src/network.ts';
import type { Received } from '../src/rules/machine.ts';
import { decodeMessage } from '../src/wire/decode.ts';
import { encodeMessage } from '../src/wire/encode.ts';
import type { Message } from '../src/wire/message.ts';
import { EMPTY_QUERY } from './wire/messages.ts';

const QUERY: Message = { ...EMPTY_QUERY, questions: [{ name: ['_redis', '_tcp', 'local'], type: 12, unicast: false }] };

/** Records what happens to links. */
class FakeNetwork implements Network {
  readonly log: string[] = [];
  readonly events = new Map<string, LinkEvents>();
  readonly sent: { readonly family: string; readonly bytes: Uint8Array; readonly to: LinkSource | undefined }[] = [];
  /** Families whose next link is worn. */
  readonly worn = new Set<string>();
  /** Holds back `openLink` until it resolves. */
  gate: Promise<void> = Promise.resolve();

  interfaces(): readonly NetworkInterface[] {
    return [];
  }

  async openLink(on: NetworkInterface, family: 'IPv4' | 'IPv6', events: LinkEvents): Promise<Link> {
    await this.gate;
    this.log.push(`open ${family}`);
    this.events.set(family, events);
    return {
      interfaceName: on.name,
      family,
      counters: { offLink: 2, sendErrors: 1 },
      isWorn: this.worn.delete(family),
      renew: async () => void this.log.push(`renew ${family}`),
      awaitReplies: () => void this.log.push(`await ${family}`),
      ask: (bytes, of) => void this.sent.push({ family, bytes, to: of }),
      send: (bytes, to) => void this.sent.push({ family, bytes, to }),
      close: async () => void this.log.push(`close ${family}`),
    };
  }
}

function eth0(...addresses: readonly string[]): NetworkInterface {
  return {
    name: 'eth0',
    loopback: false,
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
      prefixLength: 24,
      scopeId: 0,
    })),
  };
}

interface PairWorld {
  readonly network: FakeNetwork;
  readonly pair: LinkPair;
  readonly received: Received[];
  readonly failed: string[];
  readonly fragmented: FragmentedPacket[];
  /** Packets that were decoded. */
  readonly decoded: Uint8Array[];
  now: number;
}

function createPair(): PairWorld {
  const network = new FakeNetwork();
  const received: Received[] = [];
  const failed: string[] = [];
  const fragmented: FragmentedPacket[] = [];
  const decoded: Uint8Array[] = [];
  const pair = new LinkPair({
    network,
    now: () => world.now,
    decode: (bytes) => {
      decoded.push(bytes);
      return decodeMessage(bytes);
    },
    isOwnAddress: (address) => address === '10.0.0.1',
    events: {
      received: (packet) => void received.push(packet),
      replied: (packet) => void received.push(packet),
      failed: ({ family }) => void failed.push(family),
      fragmented: (packet) => void fragmented.push(packet),
      refusalChanged: () => undefined,
    },
  });
  const world: PairWorld = { network, pair, received, failed, fragmented, decoded, now: 0 };
  return world;
}

describe('the links of an interface', () => {
  it('are one for each family that has an address', async () => {
    const { network, pair } = createPair();
    expect(await pair.fit(eth0('10.0.0.1', 'fe80::1'))).toEqual([]);
    expect(network.log).toEqual(['open IPv4', 'open IPv6']);
  });

  it('are reopened in the family whose addresses changed only', async () => {
    const { network, pair } = createPair();
    await pair.fit(eth0('10.0.0.1', 'fe80::1'));
    await pair.fit(eth0('10.0.0.1', 'fe80::1', 'fd00::1'));
    await pair.fit(eth0('10.0.0.1'));
    expect(network.log.slice(2)).toEqual(['close IPv6', 'open IPv6', 'close IPv6']);
  });

  it('are opened anew where they are worn', async () => {
    const { network, pair } = createPair();
    network.worn.add('IPv4');
    for (const _ of [1, 2, 3]) await pair.fit(eth0('10.0.0.1', 'fe80::1'));
    expect(network.log.slice(2)).toEqual(['close IPv4', 'open IPv4']);
  });

  it('carry a multicast in both families, a unicast answer in that of the one who asked', async () => {
    const { network, pair } = createPair();
    await pair.fit(eth0('10.0.0.1', 'fe80::1'));
    pair.send({ message: QUERY, to: { kind: 'multicast' } });
    const sender = { address: '10.0.0.9', port: 40_000, family: 'IPv4', isThisHost: false } as const;
    pair.send({ message: QUERY, to: { kind: 'unicast', sender } });
    expect(network.sent.map(({ family, to }) => [family, to?.port])).toEqual([
      ['IPv4', undefined],
      ['IPv6', undefined],
      ['IPv4', 40_000],
    ]);
  });

  it('await replies to questions, not to probes, and ask one host alone', async () => {
    const { network, pair } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    const authorities = [
      { name: ['h', 'local'], ttl: 120, flush: false, data: { type: 'A', address: '10.0.0.1' } },
    ] as const;
    pair.send({ message: { ...QUERY, authorities }, to: { kind: 'multicast' } });
    expect(network.log).not.toContain('await IPv4');
    pair.send({ message: QUERY, to: { kind: 'multicast' } });
    expect(network.log).toContain('await IPv4');
    const sender = { address: '10.0.0.9', port: 5353, family: 'IPv4', isThisHost: false } as const;
    pair.send({ message: QUERY, to: { kind: 'alone', sender } });
    expect(network.sent.at(-1)?.to).toBe(sender);
  });

  it('tell a reply from what all hear, and take none from another port than 5353 (RFC 6762 6)', async () => {
    const { network, pair, received } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    pair.send({ message: { ...QUERY, kind: 'response' }, to: { kind: 'multicast' } });
    const bytes = network.sent[0]?.bytes ?? new Uint8Array();
    network.events.get('IPv4')?.reply(bytes, { address: '10.0.0.9', port: 5353 }, { to: 'port' });
    network.events.get('IPv4')?.reply(bytes, { address: '10.0.0.9', port: 5354 }, { to: 'port' });
    expect(received.map(({ from }) => from.reply)).toEqual([{ to: 'port' }]);
    expect(pair.totals.otherPort).toBe(1);
  });

  it('know the packets of this host', async () => {
    const { network, pair, received } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    pair.send({ message: QUERY, to: { kind: 'multicast' } });
    const bytes = network.sent[0]?.bytes ?? new Uint8Array();
    network.events.get('IPv4')?.packet(bytes, { address: '10.0.0.1', port: 5353 });
    network.events.get('IPv4')?.packet(bytes, { address: '10.0.0.2', port: 5353 });
    expect(received.map(({ from }) => from.isThisHost)).toEqual([true, false]);
    expect(received[0]?.message).toEqual(QUERY);
  });

  it('tell a neighbour in another subnet from one in ours, and renew what is open', async () => {
    const { network, pair, received } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    await pair.renew();
    expect(network.log).toEqual(['open IPv4', 'renew IPv4']);
    pair.send({ message: QUERY, to: { kind: 'multicast' } });
    const bytes = network.sent[0]?.bytes ?? new Uint8Array();
    network.events.get('IPv4')?.packet(bytes, { address: '10.0.0.2', port: 5353 });
    network.events.get('IPv4')?.packet(bytes, { address: '192.168.9.2', port: 5353 });
    expect(received.map(({ from }) => from.isOffSubnet)).toEqual([undefined, true]);
  });

  it('tell of a record that the link does not carry whole, with the headers of the larger family (RFC 6762 17)', async () => {
    const { pair, fragmented } = createPair();
    const strings = [new Uint8Array(255).fill(0x61)];
    const large: Message = {
      ...QUERY,
      kind: 'response',
      questions: [],
      answers: [
        { name: ['_redis', '_tcp', 'local'], ttl: 9, flush: false, data: { type: 'PTR', target: ['a', 'local'] } },
        { name: ['a', 'local'], ttl: 9, flush: true, data: { type: 'TXT', strings } },
      ],
    };
    const bytes = encodeMessage(large).length;
    const send = async (mtu: number, ...addresses: readonly string[]): Promise<void> => {
      await pair.fit({ ...eth0(...addresses), mtu });
      pair.send({ message: large, to: { kind: 'multicast' } });
    };
    await send(bytes + 28, '10.0.0.1');
    expect(fragmented).toEqual([]);
    await send(bytes + 28, '10.0.0.1', 'fe80::1');
    expect(fragmented).toEqual([{ name: 'a.local', bytes: bytes + 48, mtu: bytes + 28 }]);
    pair.send({ message: { ...large, kind: 'query' }, to: { kind: 'multicast' } });
    expect(fragmented).toHaveLength(1);
  });

  it('count a message that no packet can hold, and send the next', async () => {
    const { network, pair } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    const unsendable = { ...QUERY, questions: [{ name: ['x'.repeat(64)], type: 12, unicast: false }] };
    pair.send({ message: unsendable, to: { kind: 'multicast' } });
    pair.send({ message: QUERY, to: { kind: 'multicast' } });
    expect(network.sent).toHaveLength(1);
    expect(pair.totals).toMatchObject({ sent: 1, sendErrors: 2, offLink: 2 });
  });

  it('keep the counts of links that are closed', async () => {
    const { pair } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    await pair.reset();
    await pair.fit(eth0('10.0.0.1'));
    expect(pair.totals).toMatchObject({ sendErrors: 2, offLink: 4 });
  });

  it('are closed even when one was just being opened', async () => {
    const { network, pair } = createPair();
    let open = (): void => {};
    network.gate = new Promise((resolve) => {
      open = resolve;
    });
    const fitting = pair.fit(eth0('10.0.0.1'));
    await pair.close();
    open();
    await fitting;
    expect(network.log).toEqual(['open IPv4', 'close IPv4']);
    expect(pair.size).toBe(0);
  });

  it('read a packet once that comes again from the same host a moment later', async () => {
    const world = createPair();
    const { network, pair, received, decoded } = world;
    await pair.fit(eth0('10.0.0.1'));
    const bytes = encodeMessage({ ...QUERY, kind: 'response' });
    const hear = (address: string, port = 5353): void =>
      network.events.get('IPv4')?.packet(bytes.slice(), { address, port });
    for (const now of [0, 500, 2_000]) {
      world.now = now;
      hear('10.0.0.9');
    }
    expect(decoded).toHaveLength(1);
    expect(received.map(({ isRepeated }) => isRepeated === true)).toEqual([false, true, true]);
    expect(received[2]?.message).toBe(received[0]?.message);
    hear('10.0.0.8');
    expect(decoded).toHaveLength(2);
    // What may not be believed is not believed the second time either.
    hear('10.0.0.9', 5_354);
    hear('10.0.0.9', 5_354);
    expect(received).toHaveLength(4);
    expect(pair.totals).toMatchObject({ received: 6, otherPort: 2 });
    world.now = 4_000;
    hear('10.0.0.9');
    expect(received.at(-1)?.isRepeated).toBe(true);
    world.now = 6_001;
    hear('10.0.0.9');
    expect(received.at(-1)?.isRepeated).toBeUndefined();
  });

  it('report a failure once and close the link', async () => {
    const { network, pair, failed } = createPair();
    await pair.fit(eth0('10.0.0.1'));
    network.events.get('IPv4')?.failed(new Error('ENETDOWN'));
    network.events.get('IPv4')?.failed(new Error('ENETDOWN'));
    expect(failed).toEqual(['IPv4']);
    expect(pair.size).toBe(0);
    expect(network.log).toEqual(['open IPv4', 'close IPv4']);
  });
});
