import type { Browse, BrowseEvent, BrowseOptions, Instance, NetworkInterface } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/pool/update.ts';
import { createMdnsSource, type InstanceMembership } from '../../src/sources/mdns.ts';
import type { ForeignInstance } from '../../src/sources/source.ts';

const GOODBYE_PATIENCE_MS = 2_000;
const eth0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [{ address: '10.99.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
};

function instance(name: string, addresses: readonly string[] = ['10.99.0.2'], port = 7000): Instance {
  return {
    name,
    type: '_redis._tcp',
    announcer: '10.99.0.2',
    host: 'h1-k3x9.local',
    port,
    priority: 0,
    weight: 0,
    txt: new Map(),
    addresses: addresses.map((address) => ({ address, interfaceName: 'eth0', isFromThisHost: false })),
  };
}

/** A source that takes for members whom the test says; without any it has no mesh. */
async function arrange(members?: ReadonlyMap<string, InstanceMembership>, proven: readonly string[] = []) {
  const clock = new ManualClock();
  const updates: Update[] = [];
  const foreign: ForeignInstance[] = [];
  let tell: (event: BrowseEvent) => void = () => undefined;
  let change: () => void = () => undefined;
  const source = createMdnsSource({
    service: 'redis',
    type: '_redis._tcp',
    interfaces: () => [eth0],
    clock,
    browser: {
      browse: (_: BrowseOptions, onEvent): Browse => {
        tell = onEvent;
        return { close: () => undefined };
      },
      verify: () => undefined,
    },
    isProven: (address, port) => proven.includes(`${address}:${port}`),
    ...(members && {
      membership: {
        judge: ({ name, port }) => (port === 7000 ? members.get(name) : undefined),
        explain: ({ name }) => `${name} is a stranger`,
        onChange: (listener) => {
          change = listener;
          return () => {
            change = () => undefined;
          };
        },
      },
    }),
    onForeign: (one) => foreign.push(one),
  });
  await source.start((update) => updates.push(update));
  return { clock, updates, foreign, source, tell: (event: BrowseEvent) => tell(event), changeKeys: () => change() };
}

const OURS: InstanceMembership = { meshId: '0123456789abcdef', draining: false };

describe('Without a mesh', () => {
  test('who is of one is no endpoint and is told of once, until it has left the mesh', async () => {
    const { tell, updates, foreign, source } = await arrange();
    const txt = new Map([['mesh', Buffer.from(OURS.meshId)]]);
    tell({ kind: 'added', instance: { ...instance('a'), txt } });
    tell({ kind: 'updated', instance: { ...instance('a'), txt } });
    const listed = source.listRefused?.();
    tell({ kind: 'updated', instance: { ...instance('a'), txt: new Map([['mesh', Buffer.from('Maria')]]) } });
    expect(updates.map(({ kind }) => kind)).toEqual(['remove', 'remove', 'add']);
    const reason = `it is of mesh ${OURS.meshId}, and no mesh key was given (ambassador mesh join gets one)`;
    expect(foreign).toEqual([{ service: 'redis', instance: 'a', reason }]);
    expect([listed, source.listRefused?.()]).toEqual([foreign, []]);
  });
});

describe('With a mesh', () => {
  test('a member is an endpoint that says so, and a stranger is none and is told of once', async () => {
    const { tell, updates, foreign } = await arrange(new Map([['a', OURS]]));
    tell({ kind: 'added', instance: instance('a') });
    tell({ kind: 'added', instance: instance('b') });
    tell({ kind: 'updated', instance: instance('b') });
    expect(updates).toMatchObject([
      { kind: 'add', endpoints: [{ instance: 'a', secure: true, mesh: OURS.meshId }] },
      { kind: 'gone', ids: ['mdns:b'] },
      { kind: 'gone', ids: ['mdns:b'] },
    ]);
    expect(foreign).toEqual([{ service: 'redis', instance: 'b', reason: 'b is a stranger' }]);
  });

  test('a record that was written over by a stranger takes nobody away', async () => {
    const { tell, updates } = await arrange(new Map([['a', OURS]]));
    tell({ kind: 'added', instance: instance('a') });
    tell({ kind: 'updated', instance: instance('a', ['10.99.0.66'], 1) });
    tell({ kind: 'updated', instance: instance('a', ['127.0.0.1']) });
    expect(updates.map(({ kind }) => kind)).toEqual(['add', 'gone', 'gone']);
  });

  test('addresses that a member had are kept behind its new ones, eight at most', async () => {
    const { tell, updates } = await arrange(new Map([['a', OURS]]));
    for (let last = 2; last < 20; last++) tell({ kind: 'updated', instance: instance('a', [`10.99.0.${last}`]) });
    const update = updates.at(-1);
    expect(update?.kind === 'add' ? update.endpoints[0]?.addresses : []).toEqual(
      [19, 18, 17, 16, 15, 14, 13, 12].map((last) => `10.99.0.${last}`),
    );
  });

  test('an address at which a member has proved itself stays, however many a stranger writes', async () => {
    const { tell, updates } = await arrange(new Map([['a', OURS]]), ['10.99.0.2:7000', '10.99.0.20:1']);
    tell({ kind: 'added', instance: instance('a') });
    for (const first of [10, 20, 30]) {
      const written = Array.from({ length: 10 }, (_, index) => `10.99.0.${first + index}`);
      tell({ kind: 'updated', instance: instance('a', written) });
    }
    const update = updates.at(-1);
    expect(update?.kind === 'add' ? update.endpoints[0]?.addresses : []).toEqual(
      [30, 31, 32, 33, 34, 35, 36, 2].map((last) => `10.99.0.${last}`),
    );
  });

  test('a goodbye is believed of a member that has said that it is leaving', async () => {
    const { clock, tell, updates } = await arrange(
      new Map([
        ['a', OURS],
        ['b', { ...OURS, draining: true }],
      ]),
    );
    for (const name of ['a', 'b']) {
      tell({ kind: 'added', instance: instance(name) });
      tell({ kind: 'removed', instance: instance(name), lost: 'goodbye' });
    }
    await clock.advance(GOODBYE_PATIENCE_MS);
    expect(updates.filter(({ kind }) => kind === 'remove')).toEqual([
      { kind: 'remove', ids: ['mdns:b'], reason: 'said goodbye' },
    ]);
  });

  test('a goodbye that a stranger said for a member puts it last, and is no word of its own', async () => {
    const { tell, updates, clock } = await arrange(new Map([['a', OURS]]));
    tell({ kind: 'added', instance: instance('a') });
    tell({ kind: 'leaving', instance: instance('a') });
    expect(updates.at(-1)).toMatchObject({ kind: 'add', endpoints: [{ draining: true }] });
    tell({ kind: 'removed', instance: instance('a'), lost: 'goodbye' });
    await clock.advance(2 * GOODBYE_PATIENCE_MS);
    expect(updates.map(({ kind }) => kind)).toEqual(['add', 'add', 'gone']);
  });

  test('who is there is judged anew when the keys change', async () => {
    const members = new Map<string, InstanceMembership>();
    const { tell, updates, changeKeys, source } = await arrange(members);
    tell({ kind: 'added', instance: instance('a') });
    members.set('a', OURS);
    changeKeys();
    expect(updates.map(({ kind }) => kind)).toEqual(['gone', 'add']);
    tell({ kind: 'removed', instance: instance('a'), lost: 'expired' });
    changeKeys();
    expect(updates.map(({ kind }) => kind)).toEqual(['gone', 'add', 'gone']);
    await source.close();
    changeKeys();
    expect(updates).toHaveLength(3);
  });
});
