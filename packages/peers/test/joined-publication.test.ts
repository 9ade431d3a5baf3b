import type { Publication, PublicationEvent, PublicationState, ServiceOptions } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { publishToPeers } from '../src/joined-publication.ts';
import { PeerWorld } from './peer-world.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'] as const;
const SERVICE: ServiceOptions = { name: 'redis on a', type: '_redis._tcp', port: 6379 };

/** A link of which nothing is known until the test says so. */
class Link implements Publication {
  readonly host = 'a.local';
  name: string;
  state: PublicationState = { kind: 'probing' };
  readonly #onEvent: (event: PublicationEvent) => void;

  constructor({ name }: ServiceOptions, onEvent: (event: PublicationEvent) => void) {
    this.name = name;
    this.#onEvent = onEvent;
  }

  update(): void {
    // Nothing is told there.
  }

  withdraw(): void {
    this.state = { kind: 'held' };
  }

  announce(): void {
    this.state = { kind: 'probing' };
  }

  async close(): Promise<void> {
    this.state = { kind: 'closed' };
  }

  rename(to: string): void {
    const from = this.name;
    this.name = to;
    this.#onEvent({ kind: 'renamed', from, to });
  }
}

async function createTwo() {
  const world = new PeerWorld();
  const [a, b] = [world.create(A, [B]), world.create(B)];
  await world.start(a, b);
  let link: Link | undefined;
  const publisher = publishToPeers(
    {
      publish: (service, onEvent) => {
        link = new Link(service, onEvent);
        return link;
      },
    },
    a,
  );
  const publication = publisher.publish(SERVICE, () => undefined);
  const heard = async (): Promise<readonly string[]> => {
    await world.clock.advance(10);
    return b.list('_redis._tcp').map(({ name }) => name);
  };
  return { world, a, publication, heard, link: () => link };
}

test('peers are told of a service whose name the link does not let be claimed, as where a firewall of this machine keeps multicast in', async () => {
  const { publication, heard, link } = await createTwo();
  expect(await heard()).toEqual(['redis on a']);
  expect(publication.peers).toBe(1);
  link()?.rename('redis on a (2)');
  expect(await heard()).toEqual(['redis on a (2)']);
  publication.withdraw();
  expect(await heard()).toEqual([]);
  expect(publication.peers).toBe(0);
  publication.announce();
  expect(await heard()).toEqual(['redis on a (2)']);
  await publication.close();
  expect(await heard()).toEqual([]);
});

test('peers hear nothing of a service that is held from the start', async () => {
  const { a, publication, heard } = await createTwo();
  await publication.close();
  await heard();
  const before = a.counters.linesSent;
  const publisher = publishToPeers({ publish: (service, onEvent) => new Link(service, onEvent) }, a);
  publisher.publish(SERVICE, () => undefined).withdraw();
  expect(await heard()).toEqual([]);
  expect(a.counters.linesSent).toBe(before);
});
