import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { Part } from '../../src/daemon/part.ts';
import { PartSet } from '../../src/daemon/part-set.ts';
import { CliError } from '../../src/exit/cli-error.ts';

interface Item {
  readonly service: string;
  readonly port: number;
}

/** Entries that take ports, as proxies do, and write down what happens to them. */
function createWorld(changePart?: (part: Part, entry: Item) => boolean) {
  const clock = new ManualClock();
  const story: string[] = [];
  const takenPorts = new Set<number>([666]);
  /** Connections, by service. */
  const carried = new Map<string, Promise<void>>();
  let made = 0;
  const set = new PartSet<Item, Part>(({ service, port }) => {
    made += 1;
    const tell = (what: string): number => story.push(`${service}:${port} ${what}`);
    let isListening = false;
    return new Part(
      {
        async start() {
          if (takenPorts.has(port)) throw new CliError(64, `${port} is taken`);
          takenPorts.add(port);
          isListening = true;
          tell('started');
        },
        async leave(timeoutMs, onRoom) {
          tell(`leaves within ${timeoutMs}`);
          takenPorts.delete(port);
          isListening = false;
          onRoom();
          await carried.get(service);
          tell('left');
        },
        async close() {
          if (isListening) takenPorts.delete(port);
          tell('closed');
        },
        drainTimeoutMs: 30_000,
      },
      clock,
    );
  }, changePart);
  return { clock, story, carried, set, made: () => made };
}

const a: Item = { service: 'a', port: 1 };
const b: Item = { service: 'b', port: 2 };

test('what did not change is not touched', async () => {
  const { set, story, carried } = createWorld();
  await set.apply([a, b]);
  carried.set('b', new Promise(() => undefined));
  const [partOfA] = set.parts;
  story.length = 0;
  const change = await set.apply([{ ...a }, { ...b, port: 3 }]);
  expect(change).toEqual({ kept: 1, changed: 1, added: 0, removed: 0, errors: [] });
  expect(set.parts[0]).toBe(partOfA);
  expect(story).toEqual(['b:2 leaves within 2147483647', 'b:3 started']);
});

test('a part that can go on with a changed entry is not replaced; one that refuses it goes on as before', async () => {
  const { set, story } = createWorld((_, { port }) => {
    if (port === 666) throw new CliError(64, '666 is refused');
    return port < 10;
  });
  await set.apply([a, b]);
  const parts = set.parts;
  story.length = 0;
  expect(await set.apply([a, { ...b, port: 3 }])).toMatchObject({ kept: 1, changed: 1, errors: [] });
  expect(await set.apply([{ ...b, port: 3 }, a])).toMatchObject({ kept: 2 });
  const refused = await set.apply([a, { ...b, port: 666 }]);
  expect(refused.errors.map(({ message }) => message)).toEqual(['666 is refused']);
  expect(set.parts).toEqual(parts);
  expect(story).toEqual([]);
  await set.apply([a, { ...b, port: 11 }]);
  expect(story.at(-1)).toBe('b:11 started');
});

test('two services may swap their ports', async () => {
  const { set } = createWorld();
  await set.apply([a, b]);
  const swapped = [
    { ...a, port: 2 },
    { ...b, port: 1 },
  ];
  expect(await set.apply(swapped)).toMatchObject({ changed: 2, errors: [] });
});

test('what is removed has its drain timeout', async () => {
  const { set, story } = createWorld();
  await set.apply([a, b]);
  expect(await set.apply([b])).toMatchObject({ kept: 1, removed: 1 });
  expect(story).toContain('a:1 leaves within 30000');
  expect(set.parts).toHaveLength(1);
});

test('where a changed entry can not start, what was before does again', async () => {
  const { set, story } = createWorld();
  await set.apply([a, b]);
  const change = await set.apply([a, { ...b, port: 666 }]);
  expect(change.errors.map(({ message }) => message)).toEqual(['666 is taken']);
  expect(set.parts).toHaveLength(2);
  expect(story.at(-1)).not.toBe('b:2 closed');
  expect(story.filter((line) => line === 'b:2 started')).toHaveLength(2);
  // It is tried again, for it still differs.
  expect(await set.apply([a, b])).toMatchObject({ kept: 2, changed: 0 });
});

test('the end waits for what was replaced no longer than its drain timeout', async () => {
  const { set, clock, carried, story } = createWorld();
  await set.apply([a]);
  carried.set('a', new Promise(() => undefined));
  await set.apply([{ ...a, port: 3 }]);
  carried.delete('a');
  let isStopped = false;
  const stopped = set.stop().then(() => {
    isStopped = true;
  });
  await clock.advance(29_999);
  expect(isStopped).toBe(false);
  await clock.advance(1);
  await stopped;
  expect(story).toContain('a:1 closed');
});

test('what is prepared is made before anything starts, and started when it is applied', async () => {
  const { set, story, made } = createWorld();
  await set.prepare([a, b]);
  expect([made(), story]).toEqual([2, []]);
  await set.apply([a, b]);
  expect([made(), story]).toEqual([2, ['a:1 started', 'b:2 started']]);
});

test('what is prepared and never applied is closed with the others', async () => {
  const { set, story } = createWorld();
  await set.prepare([a]);
  await set.close();
  expect(story).toEqual(['a:1 closed']);
});

test('the end is quick where nothing is carried', async () => {
  const { set, clock } = createWorld();
  await set.apply([a, b]);
  await set.stop();
  expect(clock.pendingTimers).toBe(0);
});
