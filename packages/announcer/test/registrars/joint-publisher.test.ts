import type { PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { joinPublishers } from '../../src/registrars/joint-publisher.ts';
import { FakePublisher } from '../fake-publisher.ts';

const SERVICE: ServiceOptions = { name: 'redis on h1', type: '_redis._tcp', port: 7000 };

test('one publisher alone is itself', () => {
  const only = new FakePublisher();
  expect(joinPublishers(only, [])).toBe(only);
});

test('all are told the same, in the same order; only the first one is heard', async () => {
  const [first, second] = [new FakePublisher(), new FakePublisher()];
  const events: PublicationEvent[] = [];
  const publication = joinPublishers(first, [second]).publish(SERVICE, (event) => events.push(event));
  publication.withdraw();
  publication.announce();
  publication.update({ txt: new Map() });
  await publication.close();
  expect(second.calls).toEqual(first.calls);
  expect(first.calls.length).toBeGreaterThan(3);
  expect(events.filter(({ kind }) => kind === 'announced')).toHaveLength(1);
  expect(publication.name).toBe('redis on h1');
});
