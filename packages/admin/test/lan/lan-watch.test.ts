import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { LanPicture } from '../../src/lan/lan-view.ts';
import { LanWatch, LOOK_MS, PATIENCE_MS } from '../../src/lan/lan-watch.ts';
import type { SeenInstance } from '../../src/lan/merge-lan.ts';
import { RecentEvents } from '../../src/recent-events.ts';
import { IDENTITY, snapshot } from '../fixtures.ts';
import { instance } from '../lan-fixture.ts';

function createWorld() {
  const clock = new ManualClock();
  const pictures: LanPicture[] = [];
  const world = { looks: 0, open: 0, instances: [] as readonly SeenInstance[], change: (): void => undefined };
  const events = new RecentEvents();
  const watch = new LanWatch({
    clock,
    events,
    snapshot: () => snapshot({ services: [], announcements: [] }),
    surroundings: {
      identity: () => IDENTITY,
      look(onChange) {
        world.looks += 1;
        world.open += 1;
        world.change = onChange;
        return {
          processes: () => [],
          instances: () => world.instances,
          close: () => {
            world.open -= 1;
          },
        };
      },
    },
    onPicture: (picture) => pictures.push(picture),
  });
  return { clock, events, pictures, world, watch };
}

test('nobody is asked, and no timer runs, while nobody looks', async () => {
  const { clock, events, world, watch } = createWorld();
  watch.self();
  events.add({ event: 'started' }, 0, 'it has begun');
  await clock.advance(600_000);
  expect(world.looks).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('who asks for what is known makes nobody look, and shares what others look for', async () => {
  const { clock, world, watch } = createWorld();
  world.instances = [instance('redis', 'nas', '10.0.0.7')];
  expect(watch.known().machines).toHaveLength(1);
  expect([world.looks, clock.pendingTimers]).toEqual([0, 0]);
  const leave = watch.follow();
  await clock.advance(LOOK_MS);
  expect(watch.known().machines).toHaveLength(2);
  leave();
  await clock.advance(2 * LOOK_MS);
  expect(watch.known().machines).toHaveLength(1);
  expect([world.looks, world.open, clock.pendingTimers]).toEqual([1, 0, 0]);
});

test('who follows gets a picture each second, and the look ends a while after the last has left', async () => {
  const { clock, pictures, world, watch } = createWorld();
  const [leave, other] = [watch.follow(), watch.follow()];
  await clock.advance(3 * LOOK_MS);
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  leave();
  leave();
  await clock.advance(LOOK_MS);
  expect(world).toMatchObject({ looks: 1, open: 1 });
  other();
  await clock.advance(2 * LOOK_MS);
  expect(world.open).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test('who only asks looks for a while, and knows more the next time', async () => {
  const { clock, world, watch } = createWorld();
  expect(watch.ask().machines).toHaveLength(1);
  world.instances = [instance('redis', 'nas', '10.0.0.7')];
  expect(watch.ask().machines).toHaveLength(2);
  await clock.advance(PATIENCE_MS + 2 * LOOK_MS);
  expect(world.open).toBe(0);
});

test('a change is seen at once, yet a flood of them is not', async () => {
  const { clock, pictures, world, watch } = createWorld();
  watch.follow();
  await clock.advance(10.5 * LOOK_MS);
  const before = pictures.length;
  world.instances = [instance('redis', 'nas', '10.0.0.7')];
  world.change();
  await clock.advance(60);
  expect(pictures.length).toBe(before + 1);
  expect(pictures.at(-1)?.story).toMatchObject([{ text: 'nas is here and offers redis', tone: 'good' }]);
  for (let round = 0; round < 100; round++) {
    world.change();
    await clock.advance(10);
  }
  expect(pictures.length - before).toBeLessThanOrEqual(8);
  watch.close();
  expect(clock.pendingTimers).toBe(0);
});

test('that somebody is there when the look begins is no news; that he leaves is', async () => {
  const { clock, pictures, world, watch } = createWorld();
  watch.follow();
  await clock.advance(100);
  world.instances = [instance('redis', 'nas', '10.0.0.7')];
  world.change();
  await clock.advance(500);
  world.instances = [];
  world.change();
  await clock.advance(500);
  expect(pictures.at(-1)?.story.map(({ text }) => text)).toEqual(['redis on nas went away']);
  watch.close();
});

test('what is said here to people is part of the story, unless the look says it itself', async () => {
  const { events, watch } = createWorld();
  events.add({ event: 'no-endpoint' }, 0, 'redis: nobody offers it now\u202e');
  watch.ask();
  events.add({ event: 'endpoint-removed' }, 0, 'lost redis');
  events.add({ event: 'engine-changed' }, 0);
  expect(watch.ask().story).toMatchObject([{ tone: 'bad', text: 'redis: nobody offers it now\\u{202e}' }]);
  watch.close();
});
