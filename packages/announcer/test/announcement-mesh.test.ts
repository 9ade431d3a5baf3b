import { randomBytes } from 'node:crypto';
import { cutBundle, Mesh, MeshKey, verifyTxt, writeNotices } from '@mdns-ambassador/mesh';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { Announcement } from '../src/announcement.ts';
import type { AnnouncementOptions, AnnouncerEvent } from '../src/announcement-options.ts';
import { announcementOptions } from './announcement-fixture.ts';
import { FakeHost } from './fake-host.ts';
import { FakePublication, FakePublisher } from './fake-publisher.ts';

const HOUR_MS = 3_600_000;
const KEY = new MeshKey(randomBytes(32));

/** Remembers the TXT data that it was told last. */
class TxtPublisher extends FakePublisher {
  readonly texts = new Map<FakePublication, Map<string, string>>();

  override publish(...args: Parameters<FakePublisher['publish']>): ReturnType<FakePublisher['publish']> {
    const publication = super.publish(...args);
    const inner = publication.update.bind(publication);
    publication.update = (change) => {
      const entries = [...(change.txt ?? [])].map(
        ([key, value]) => [key, String(Buffer.from(value as Uint8Array))] as const,
      );
      if (publication instanceof FakePublication) this.texts.set(publication, new Map(entries));
      inner(change);
    };
    return publication;
  }

  get txt(): ReadonlyMap<string, string> {
    return this.texts.get(this.last) ?? new Map();
  }
}

async function arrange(mesh: (clock: ManualClock) => Mesh | Promise<Mesh>, change: Partial<AnnouncementOptions> = {}) {
  const clock = new ManualClock();
  const host = new FakeHost();
  host.listen('127.0.0.1:12345');
  const publisher = new TxtPublisher();
  const events: AnnouncerEvent[] = [];
  const announcement = new Announcement(announcementOptions(change), {
    publisher,
    clock,
    random: () => 0,
    identity: 'h1',
    host,
    mesh: await mesh(clock),
    onEvent: (event) => events.push(event),
  });
  return { clock, host, publisher, events, announcement };
}

function isRecognised(
  mesh: Mesh,
  txt: ReadonlyMap<string, string>,
  instance: string,
  now: number,
): boolean | undefined {
  const announced = {
    service: 'redis',
    instance,
    host: 'h1-k3x9.local',
    port: 27_345,
    draining: txt.get('st') === 'drain',
  };
  return verifyTxt(mesh.txtKeys('redis'), announced, (key) => txt.get(key), now)?.draining;
}

test('with a mesh an announcement relays, lets members in alone, and signs what it says', async () => {
  const mesh = new Mesh({ kind: 'keys', current: KEY }, { clock: new ManualClock() });
  const { announcement, clock, host, publisher } = await arrange(() => mesh);
  await announcement.start();
  await clock.advance(0);
  expect(host.ingresses[0]?.options.door).toBeDefined();
  expect(announcement.status()).toMatchObject({ secure: true, port: 27_345, state: 'announced' });
  expect([...publisher.txt.keys()].slice(0, 5)).toEqual(['txtvers', 'id', 'mesh', 'mac', 'mac2']);
  expect(isRecognised(mesh, publisher.txt, 'redis on h1', clock.wallClock())).toBe(false);
  await announcement.close();
});

test('in a mesh the door stays, and says who comes while the service is down that it is', async () => {
  const mesh = new Mesh({ kind: 'keys', current: KEY }, { clock: new ManualClock() });
  const { announcement, clock, host } = await arrange(() => mesh);
  const [listener, ...others] = host.listeners;
  expect(others).toEqual([]);
  host.listeners.clear();
  await announcement.start();
  expect(host.ingresses[0]?.isListening).toBe(true);
  if (listener !== undefined) host.listeners.set(...listener);
  await clock.advance(1_000);
  expect(announcement.status().state).toBe('announced');
  host.listeners.clear();
  await clock.advance(2_000);
  expect(announcement.status().state).toBe('withdrawn');
  expect(host.ingresses[0]?.isListening).toBe(true);
  await announcement.close();
});

test('another name, another hour, another key and a drain are signed anew', async () => {
  const mesh = new Mesh({ kind: 'keys', current: KEY }, { clock: new ManualClock() });
  const { announcement, clock, publisher } = await arrange(() => mesh);
  await announcement.start();
  await clock.advance(0);
  publisher.last.rename('redis on h1 (2)');
  expect(isRecognised(mesh, publisher.txt, 'redis on h1 (2)', clock.wallClock())).toBe(false);
  const before = publisher.txt.get('mac');
  await clock.advance(HOUR_MS);
  expect(publisher.txt.get('mac')).not.toBe(before);
  await mesh.change({ kind: 'keys', current: new MeshKey(randomBytes(32)), previous: KEY });
  expect(publisher.txt.get('mesh-prev')).toBeDefined();
  expect(isRecognised(mesh, publisher.txt, 'redis on h1 (2)', clock.wallClock())).toBe(false);
  const drained = announcement.drain({ graceMs: 0, timeoutMs: 0 });
  expect(isRecognised(mesh, publisher.txt, 'redis on h1 (2)', clock.wallClock())).toBe(true);
  await clock.advance(1_500);
  await drained;
  await announcement.close();
});

test('what keepers have said is told of in TXT as soon as it is known, and no more when its key is gone', async () => {
  const ring = { kind: 'keys', current: KEY } as const;
  const mesh = new Mesh(ring, { clock: new ManualClock() });
  const { announcement, clock, publisher } = await arrange(() => mesh);
  await announcement.start();
  await clock.advance(0);
  expect(publisher.txt.has('rm')).toBe(false);
  const word = { kind: 'removed', machine: 'a'.repeat(40), name: 'laptop', at: 0 } as const;
  mesh.notices.take(writeNotices(ring, mesh.notices.list, word).map(({ text }) => text));
  expect(publisher.txt.get('rm')).toBe(mesh.notices.digest);
  await mesh.change({ kind: 'keys', current: new MeshKey(randomBytes(32)) });
  expect(publisher.txt.has('rm')).toBe(false);
  await announcement.close();
});

test('a token for something else announces nothing', async () => {
  const bundle = await cutBundle([KEY], 'proxy', 'redis');
  const { announcement, publisher } = await arrange((clock) => new Mesh({ kind: 'bundle', bundle }, { clock }));
  await expect(announcement.start()).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
  expect(publisher.published).toEqual([]);
});

test('TXT data that has no room for the signatures of a rotation is refused at once', async () => {
  const mesh = new Mesh({ kind: 'keys', current: KEY }, { clock: new ManualClock() });
  const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => [key, new Uint8Array(232)] as const);
  await expect(arrange(() => mesh, { txt: new Map(keys) })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('in a mesh a page has no name for browsers, which could not open it, and says so', async () => {
  const { publisher, events, announcement } = await arrange(
    (clock) => new Mesh({ kind: 'keys', current: KEY }, { clock }),
    {
      service: 'web',
      type: '_http._tcp',
      svc: 'web',
      alias: 'web',
    },
  );
  await announcement.start();
  expect(events[0]).toEqual({ kind: 'alias-withheld', service: 'web', alias: 'web.local' });
  expect(publisher.last.service.alias).toBeUndefined();
  expect(publisher.txt.get('svc')).toBe('web');
  await announcement.close();
});
