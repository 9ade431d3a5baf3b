import { expect, test } from 'vitest';
import { HeldPublication } from '../src/held-publication.ts';
import { FakePublisher } from './fake-publisher.ts';

const SERVICE = { name: 'redis on h1', type: '_redis._tcp', port: 12345 };

function arrange() {
  const publisher = new FakePublisher(['eth0', 'eth1']);
  return { publisher, held: new HeldPublication(SERVICE, publisher, () => undefined) };
}

test('The name is claimed and nothing is announced until it is said to be up', async () => {
  const { publisher, held } = arrange();
  expect(publisher.calls).toEqual(['publish', 'hold']);
  expect(held.announcedOn).toEqual([]);
  await held.announce(undefined);
  expect(held.announcedOn).toEqual(['eth0', 'eth1']);
});

test('Announcing again where it is announced does nothing', async () => {
  const { publisher, held } = arrange();
  await held.announce(['eth0']);
  const { length } = publisher.calls;
  await held.announce(['eth0']);
  expect(publisher.calls).toHaveLength(length);
});

test('Going back to all interfaces lifts the restriction', async () => {
  const { publisher, held } = arrange();
  await held.announce(['eth0']);
  await held.announce(undefined);
  expect(publisher.last.service.interfaces).toBeUndefined();
  expect(held.announcedOn).toEqual(['eth0', 'eth1']);
});

test('Closed while its interfaces change, it is not published again', async () => {
  const { publisher, held } = arrange();
  const announced = held.announce(['eth0']);
  await held.close();
  await announced;
  expect(publisher.published).toHaveLength(1);
});
