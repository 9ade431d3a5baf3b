import { expect, test } from 'vitest';
import type { LanPicture } from '../../packages/admin/src/lan/lan-view.ts';
import { LanWatch } from '../../packages/admin/src/lan/lan-watch.ts';
import { readShownProcess, type ShownIdentity, showProcess } from '../../packages/admin/src/lan/shown-process.ts';
import { RecentEvents } from '../../packages/admin/src/recent-events.ts';
import { ENDPOINT, SERVICE, snapshot } from '../../packages/admin/test/fixtures.ts';
import { PeerWorld } from '../../packages/peers/test/peer-world.ts';

const [VIEWER, USER] = ['10.0.0.1', '10.0.0.9'] as const;
const STEP_MS = 10;
/** What people call at once. */
const SEEN_MS = 1_000;

function identity(name: string, address: string): ShownIdentity {
  const id = `${name.charCodeAt(0)}`.padStart(16, '0');
  const machine = { id, name, platform: 'linux', addresses: [address] };
  return { id, machine, version: '0.1.0', mode: 'mesh' };
}

/** A machine whose page is followed, and a member whose proxy has one endpoint. */
async function createWorld() {
  const world = new PeerWorld();
  let state: 'ready' | 'ejected' = 'ready';
  const used = () => snapshot({ announcements: [], services: [{ ...SERVICE, endpoints: [{ ...ENDPOINT, state }] }] });
  const viewer = world.create(VIEWER, [], { isMesh: true });
  const user = world.create(USER, [VIEWER], {
    isMesh: true,
    describe: async () => showProcess(identity('user', USER), used()),
  });
  await world.start(viewer, user);
  let latest: LanPicture | undefined;
  const watch = new LanWatch({
    clock: world.clock,
    events: new RecentEvents(),
    snapshot: () => snapshot({ announcements: [], services: [] }),
    surroundings: {
      identity: () => identity('viewer', VIEWER),
      look: (onChange) => {
        const close = viewer.look(onChange);
        const processes = () =>
          viewer.listViews().flatMap(({ shows }) => {
            const view = readShownProcess(shows);
            return view === undefined ? [] : [{ via: 'peer' as const, view }];
          });
        return { processes, instances: () => [], close };
      },
    },
    onPicture: (picture) => {
      latest = picture;
    },
  });
  watch.follow();
  const change = (next: typeof state): void => {
    state = next;
    user.change();
  };
  /** How long until a picture has it, and says so. */
  const untilSeen = async (): Promise<number> => {
    const before = world.clock.now();
    while (latest?.links[0]?.state !== state && world.clock.now() - before < 10 * SEEN_MS)
      await world.clock.advance(STEP_MS);
    return world.clock.now() - before;
  };
  const end = async (): Promise<void> => {
    watch.close();
    await Promise.all([viewer.close(), user.close()]);
  };
  return { clock: world.clock, change, untilSeen, story: () => latest?.story ?? [], end };
}

test('whenever a member fails over, the page has it within a second, and a sentence of it', async () => {
  const times: number[] = [];
  for (let offset = 0; offset < 1_000; offset += 70) {
    const { clock, change, untilSeen, story, end } = await createWorld();
    await clock.advance(5 * SEEN_MS + offset);
    change('ejected');
    times.push(await untilSeen());
    expect(story()).toMatchObject([{ tone: 'bad', text: expect.stringMatching(/^user can't reach redis on h1/) }]);
    await end();
  }
  expect(Math.max(...times)).toBeLessThan(SEEN_MS / 2);
});

test('one that comes and goes without rest is seen within a second as well, when it is asked', async () => {
  const { clock, change, untilSeen, end } = await createWorld();
  await clock.advance(5 * SEEN_MS);
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    change(round % 2 === 0 ? 'ejected' : 'ready');
    times.push(await untilSeen());
  }
  expect(Math.max(...times)).toBeLessThan(SEEN_MS);
  await end();
});
