import type { MdnsNode, Publication, ServiceOptions, Txt } from '@mdns-ambassador/mdns';
import { Mesh, MeshKey } from '@mdns-ambassador/mesh';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { browseAll } from '../../src/network/browse-all.ts';
import { LOOK_TYPE, tellLook } from '../../src/network/look-beacon.ts';
import { hearMesh } from '../../src/network/notices.ts';

const RING = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) } as const;
const STRANGERS = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 2)) } as const;

/** What is published of it. */
class Link {
  readonly told: Txt[] = [];
  type = '';
  isOver = false;
  readonly mdns: Pick<MdnsNode, 'publish'> = {
    publish: ({ name, type, txt = new Map() }: ServiceOptions): Publication => {
      this.type = type;
      this.told.push(txt);
      return {
        name,
        state: { kind: 'probing' },
        host: 'h1.local',
        update: (change) => void this.told.push(change.txt ?? new Map()),
        withdraw: () => undefined,
        announce: () => undefined,
        close: async () => {
          this.isOver = true;
        },
      };
    },
  };
}

test('who looks says so again and again, to members alone, until the look ends', async () => {
  const clock = new ManualClock();
  const mesh = new Mesh(RING, { clock });
  const link = new Link();
  let isClosed = false;
  const toldPeers: number[] = [];
  const peers = {
    tellLook: (_: string, port: number) => void toldPeers.push(port),
    receiveGuests: async () => ({
      port: 40_000,
      close: async () => {
        isClosed = true;
      },
    }),
  };
  const end = tellLook({ mdns: link.mdns, peers, mesh, clock });
  await clock.advance(10_000);
  expect([link.type, link.told.length]).toEqual([LOOK_TYPE, 3]);
  expect(toldPeers).toEqual([40_000, 40_000, 40_000]);
  const heard = (ring: typeof RING): readonly unknown[] => {
    const calls: unknown[] = [];
    const hear = hearMesh(new Mesh(ring, { clock }), {
      onAnnouncer: () => calls.push('announcer'),
      onLook: (place) => calls.push(place),
    });
    for (const txt of link.told) hear(txt, '10.0.0.1');
    return calls;
  };
  expect(heard(RING)).toEqual(link.told.map(() => ({ host: '10.0.0.1', port: 40_000 })));
  expect(heard(STRANGERS)).toEqual([]);
  end();
  await clock.advance(60_000);
  expect([link.told.length, link.isOver, isClosed, clock.pendingTimers]).toEqual([3, true, true, 0]);
  expect(toldPeers).toHaveLength(3);
});

test('who speaks no mDNS tells peers alone', async () => {
  const clock = new ManualClock();
  let count = 0;
  const peers = {
    tellLook: () => {
      count += 1;
    },
    receiveGuests: async () => ({ port: 40_000, close: async () => undefined }),
  };
  const end = tellLook({ mdns: undefined, peers, mesh: new Mesh(RING, { clock }), clock });
  await clock.advance(10_000);
  end();
  expect([count, clock.pendingTimers]).toEqual([3, 0]);
});

test('that somebody looks is no service', () => {
  const browsed: string[] = [];
  const close = (): void => undefined;
  let announceType = (_: string): void => undefined;
  browseAll(
    {
      browse: ({ type }) => {
        browsed.push(type);
        return { close };
      },
      browseTypes: (listener) => {
        announceType = listener;
        return { close };
      },
    },
    { types: 9, instances: 9 },
    () => undefined,
  );
  for (const type of ['_redis._tcp', LOOK_TYPE, LOOK_TYPE.toUpperCase()]) announceType(type);
  expect(browsed).toEqual(['_redis._tcp']);
});
