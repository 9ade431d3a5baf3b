import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../src/wire/encode.ts';
import type { Message } from '../src/wire/message.ts';
import { type ResourceRecord, TYPE_ANY, TYPE_CODES } from '../src/wire/record.ts';
import { browse, NodeWorld, publish, type Station } from './node-world.ts';
import { EMPTY_QUERY, response } from './wire/messages.ts';

const SECOND_MS = 1_000;
const OTHER = { address: '10.0.0.66', port: 5353 };
const HOST = ['h1-aaaa', 'local'];
const INSTANCE = ['a', '_redis', '_tcp', 'local'];
const SRV_QUESTION = { name: INSTANCE, type: TYPE_CODES.SRV, unicast: false };
const QUERY: Message = { ...EMPTY_QUERY, questions: [SRV_QUESTION] };

function srv(target: string, ttl = 120): ResourceRecord {
  const data = { type: 'SRV', priority: 0, weight: 0, port: 6379, target: [target, 'local'] } as const;
  return { name: INSTANCE, ttl, flush: true, data };
}

function hostAddress(host: string, address: string): ResourceRecord {
  return { name: [host, 'local'], ttl: 120, flush: true, data: { type: 'A', address } };
}

function pointer(instance: string): ResourceRecord {
  const target = [instance, ...INSTANCE.slice(1)];
  return { name: INSTANCE.slice(1), ttl: 4500, flush: false, data: { type: 'PTR', target } };
}

/** All that another host says of `name`, in one packet. */
function described(name: string, host: string, address: string): Message {
  const owner = [name, ...INSTANCE.slice(1)];
  const text: ResourceRecord = { name: owner, ttl: 4500, flush: true, data: { type: 'TXT', strings: [] } };
  return response([pointer(name), { ...srv(host), name: owner }, text, hostAddress(host, address)]);
}

/** The very same packet, from another host unless said. */
function hear(world: NodeWorld, message: Message, source: { address: string; port: number } = OTHER): void {
  world.network.inject('lan', 'IPv4', source, encodeMessage(message));
}

/** Who alone was sent something. */
function told({ sent }: NodeWorld): readonly string[] {
  return sent.flatMap(({ to }) => (to === undefined ? [] : [`${to.address} ${to.port}`]));
}

/** Announced, and so long ago that nothing is suppressed for having been multicast within a second. */
async function announced(): Promise<{ world: NodeWorld; h1: Station; answers: () => readonly string[] }> {
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24');
  publish(h1, 'a');
  await world.run(10 * SECOND_MS);
  world.sent.length = 0;
  const answers = (): readonly string[] => {
    const messages = world.messagesOf(h1).filter(({ kind }) => kind === 'response');
    world.sent.length = 0;
    return messages.map((message) => message.answers.map(({ name, data }) => `${name[0]} ${data.type}`).join());
  };
  return { world, h1, answers };
}

describe('a query that comes again, byte for byte', () => {
  it('is answered again, once a second (RFC 6762 6)', async () => {
    const { world, answers } = await announced();
    for (let time = 0; time < 3; time++) {
      hear(world, QUERY);
      await world.run(1_100);
      expect(answers()).toEqual(['a SRV']);
    }
    hear(world, QUERY);
    await world.run(100);
    hear(world, QUERY);
    await world.run(500);
    expect(answers()).toEqual(['a SRV']);
  });

  it('is answered each time to who asks from a port of his own, from the same one as well (RFC 6762 6.7)', async () => {
    const { world, answers } = await announced();
    for (let time = 0; time < 5; time++) {
      hear(world, { ...QUERY, id: 7 }, { ...OTHER, port: 40_000 });
      await world.run(10);
      expect(told(world)).toEqual(['10.0.0.66 40000']);
      expect(answers()).toEqual(['a SRV']);
    }
  });

  it('is answered each time by unicast where that is welcome (RFC 6762 5.4)', async () => {
    const { world, answers } = await announced();
    for (let time = 0; time < 5; time++) {
      hear(world, { ...EMPTY_QUERY, questions: [{ ...SRV_QUESTION, unicast: true }] });
      await world.run(10);
      expect(told(world)).toEqual(['10.0.0.66 5353']);
      expect(answers()).toEqual(['a SRV']);
    }
  });

  it('is answered unless its known answers, in the next packet, say what we would (RFC 6762 7.2)', async () => {
    const { world, answers } = await announced();
    const question = { ...QUERY, truncated: true };
    const known = { ...EMPTY_QUERY, answers: [{ ...srv('h1-aaaa'), flush: false }] };
    for (const rest of [[known], [], [known], []]) {
      hear(world, question);
      for (const message of rest) hear(world, message);
      await world.run(450);
      expect(answers()).toEqual([]);
      await world.run(900);
      expect(answers()).toEqual(rest.length > 0 ? [] : ['a SRV']);
    }
  });

  it('is defended against each time when it probes for our name (RFC 6762 8.1, 9)', async () => {
    const { world, answers } = await announced();
    const probe = {
      ...EMPTY_QUERY,
      questions: [{ name: INSTANCE, type: TYPE_ANY, unicast: true }],
      authorities: [srv('other')],
    };
    for (let time = 0; time < 3; time++) {
      hear(world, probe);
      await world.run(250);
      expect(answers()).toHaveLength(1);
    }
  });

  it('takes the place of our own question each time (RFC 6762 7.3)', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    browse(h1);
    const question = { ...EMPTY_QUERY, questions: [{ name: INSTANCE.slice(1), type: TYPE_CODES.PTR, unicast: false }] };
    // Ours would come after 20 ms, and a second later.
    for (const pause of [5, 1_000]) {
      await world.run(pause);
      hear(world, question);
    }
    await world.run(900);
    expect(world.messagesOf(h1).filter(({ kind }) => kind === 'query')).toEqual([]);
  });
});

describe('a response that comes again, byte for byte', () => {
  it('is a conflict as soon as the name is ours, and each time', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const conflicting = response([srv('other')]);
    hear(world, conflicting);
    await world.run(500);
    hear(world, conflicting);
    const { events } = publish(h1, 'a');
    await world.run(1_200);
    expect(events).toEqual([{ kind: 'announced', name: 'a', interfaces: ['eth0'] }]);
    expect(h1.node.counters.conflicts).toBe(0);
    hear(world, conflicting);
    await world.run(10);
    expect(h1.node.counters.conflicts).toBe(1);
    hear(world, conflicting);
    await world.run(10);
    expect(h1.node.counters.conflicts).toBe(2);
    await world.run(5 * SECOND_MS);
    expect(events.at(-1)).toMatchObject({ kind: 'announced', name: 'a (2)' });
  });

  it('is a conflict no more where our own record says the same now', async () => {
    const { world, h1 } = await announced();
    const other = { ...response([srv('h1-aaaa')]), answers: [{ ...srv('h1-aaaa'), data: portOf(7_000) }] };
    hear(world, other);
    await world.run(100);
    expect(h1.node.counters.conflicts).toBe(1);
    const { publication } = publish(h1, 'b');
    await world.run(3 * SECOND_MS);
    const own = response([{ ...srv('h1-aaaa'), name: ['b', ...INSTANCE.slice(1)], data: portOf(7_000) }]);
    const before = h1.node.counters.conflicts;
    publication.update({ port: 7_000 });
    await world.run(10);
    for (let time = 0; time < 3; time++) {
      hear(world, own);
      await world.run(100);
    }
    expect(h1.node.counters.conflicts).toBe(before);
  });

  it('has our record said again each time that it lets it end (RFC 6762 6.6)', async () => {
    const { world, answers } = await announced();
    for (let time = 0; time < 3; time++) {
      hear(world, response([srv('h1-aaaa', 0)]));
      await world.run(1_100);
      expect(answers()).toEqual(['a SRV']);
    }
  });

  it("is this host's for as long as its address is", async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'], eth1: ['other', '10.0.0.66/24'] });
    await h1.node.start();
    const browsed = browse(h1);
    const places = (): readonly boolean[] =>
      browsed.instances().flatMap(({ addresses }) => addresses.map(({ isFromThisHost }) => isFromThisHost));
    await world.run(1_900);
    const message = described('b', 'h9', '10.0.0.66');
    hear(world, message);
    await world.run(50);
    expect(places()).toEqual([true]);
    hear(world, response(message.answers.map((record) => ({ ...record, ttl: 0 }))));
    h1.host.readdress('eth1', ['10.0.0.67/24']);
    await world.run(1_500);
    expect(places()).toEqual([]);
    hear(world, message);
    await world.run(50);
    expect(places()).toEqual([false]);
  });

  it('brings back what another packet took, at once', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const browsed = browse(h1);
    const message = described('b', 'h9', '10.0.0.66');
    const kinds = (): readonly string[] => browsed.events.splice(0).map(({ kind }) => kind);
    hear(world, message);
    await world.run(100);
    hear(world, message);
    await world.run(100);
    expect(kinds()).toEqual(['added']);
    hear(world, response([{ ...pointer('b'), ttl: 0 }]), { ...OTHER, address: '10.0.0.67' });
    await world.run(1_200);
    expect(kinds()).toEqual(['leaving', 'removed']);
    hear(world, message);
    await world.run(100);
    expect(kinds()).toEqual(['added']);
  });

  it('tells of records that find no room as soon as there are some', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    browse(h1);
    await world.run(1_990);
    for (let number = 0; number < 60; number++) {
      const pointers = Array.from({ length: 10 }, (_, index) => pointer(`b${number}-${index}`));
      hear(world, response(pointers));
    }
    await world.run(5);
    expect(h1.node.counters.recordsRefused).toBeGreaterThan(0);
    expect(h1.events).toContainEqual({ kind: 'records-refused', interfaceName: 'eth0' });
  });
});

function portOf(port: number): ResourceRecord['data'] {
  return { type: 'SRV', priority: 0, weight: 0, port, target: HOST };
}
