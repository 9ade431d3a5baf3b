import { describe, expect, test } from 'vitest';
import { PeerLink } from '../src/link/peer-link.ts';
import type { NoticeBoard } from '../src/notice-spread.ts';
import type { PeerNode } from '../src/peer-node.ts';
import { MAX_NOTICES } from '../src/rules/line.ts';
import { PeerWorld, RawPeer, service } from './peer-world.ts';

const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;

/** Signed is what begins with `ok`. */
class Board implements NoticeBoard {
  readonly texts: string[] = [];
  readonly #listeners = new Set<() => void>();

  get digest(): string {
    if (this.texts.length > 4) return `${this.texts.length}`;
    return this.texts.length === 0 ? '0' : this.texts.toSorted().join();
  }

  take(texts: readonly string[]): { readonly forged: number } {
    const signed = texts.filter((text) => text.startsWith('ok'));
    const news = signed.filter((text) => !this.texts.includes(text));
    this.texts.push(...news);
    if (news.length > 0) for (const listener of this.#listeners) listener();
    return { forged: texts.length - signed.length };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

async function link(): Promise<{ world: PeerWorld; boards: [Board, Board]; nodes: [PeerNode, PeerNode] }> {
  const world = new PeerWorld();
  const boards: [Board, Board] = [new Board(), new Board()];
  const nodes: [PeerNode, PeerNode] = [
    world.create(A, [], { isMesh: true, notices: boards[0] }),
    world.create(B, [A], { isMesh: true, notices: boards[1] }),
  ];
  await world.start(...nodes);
  return { world, boards, nodes };
}

describe('what keepers have said', () => {
  test('is told on every link as soon as it is known, and passed on', async () => {
    const { world, boards, nodes } = await link();
    const third = new Board();
    await world.start(world.create(C, [B], { isMesh: true, notices: third }));
    boards[0].take(['ok 1']);
    await world.clock.advance(10);
    expect([boards[1].texts, third.texts]).toEqual([['ok 1'], ['ok 1']]);
    expect(nodes[0].listLinks().map(({ notices }) => notices)).toEqual(['ok 1', 'ok 1']);
  });

  test('is told before anything else, by either side', async () => {
    const world = new PeerWorld();
    const board = new Board();
    board.take(['ok 1']);
    const node = world.create(A, [], { isMesh: true, notices: board });
    node.announce('1', service('one'));
    await world.start(node);
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    await world.clock.advance(100);
    expect(raw.heard.slice(0, 3).map(({ kind }) => kind)).toEqual(['hello', 'notices', 'state']);
  });

  test('is told once: only what the other side has neither told nor been told', async () => {
    const world = new PeerWorld();
    const board = new Board();
    await world.start(world.create(A, [], { isMesh: true, notices: board }));
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    await world.clock.advance(10);
    const told = (): unknown[] => raw.heard.flatMap((line) => (line.kind === 'notices' ? [line.notices] : []));
    expect(told()).toEqual([]);
    raw.say({ kind: 'notices', digest: 'ok 1', notices: ['ok 1'] });
    await world.clock.advance(10);
    board.take(['ok 2']);
    await world.clock.advance(10);
    raw.say({ kind: 'notices', digest: 'ok 1,ok 2', notices: ['ok 1', 'ok 2'] });
    await world.clock.advance(10);
    expect(told()).toEqual([[], ['ok 2']]);
  });

  test('that nobody signed is dropped and counted, and its teller hung up on when there is too much', async () => {
    const { world, boards, nodes } = await link();
    const raw = await RawPeer.dial(world, C, A);
    raw.greet();
    raw.say({ kind: 'notices', digest: 'x', notices: ['forged', 'ok 1'] });
    await world.clock.advance(10);
    expect([boards[0].texts, boards[1].texts, raw.ended]).toEqual([['ok 1'], ['ok 1'], undefined]);
    raw.say({ kind: 'notices', digest: 'x', notices: Array(40).fill('forged') });
    await world.clock.advance(10);
    expect(raw.ended).toBeDefined();
    expect(nodes[0].counters.foreign).toBe(33);
  });

  test('is asked for where somebody is heard who knows something else, once', async () => {
    const world = new PeerWorld();
    const [old, fresh] = [new Board(), new Board()];
    const [a, b] = [
      world.create(A, [], { isMesh: true, notices: old }),
      world.create(B, [], { isMesh: true, notices: fresh }),
    ];
    for (const node of [a, b]) node.hearByMulticast(1);
    await world.start(a, b);
    fresh.take(['ok 1']);
    await world.clock.advance(5_000);
    expect(old.texts).toEqual([]);
    for (let index = 0; index < 3; index++) a.hearDigest({ host: B, port: 5350 }, 'b', fresh.digest);
    await world.clock.advance(1_000);
    expect(old.texts).toEqual(['ok 1']);
    expect(world.network.dialled.get(`${B} 5350`)).toBe(1);
    a.hearDigest({ host: C, port: 5350 }, 'c', fresh.digest);
    await world.clock.advance(1_000);
    expect(world.network.dialled.get(`${C} 5350`)).toBeUndefined();
  });

  test('is asked for at so many places at once and a second, whatever anybody writes', async () => {
    const world = new PeerWorld();
    const node = world.create(A, [], { isMesh: true, notices: new Board() });
    node.hearByMulticast(1);
    await world.start(node);
    const flood = (from: number): void => {
      for (let at = from; at < from + 200; at++)
        node.hearDigest({ host: `10.1.${from}.${at % 200}`, port: 5350 }, `${at}`, 'x');
    };
    flood(0);
    await world.clock.advance(20_000);
    expect(world.network.dialled.size).toBe(64);
    flood(200);
    await world.clock.advance(20_000);
    expect(world.network.dialled.size).toBeLessThanOrEqual(64 + 64);
    await node.close();
  });

  test('is heard of who refuses us for it, which is told of as any place that is not reached', async () => {
    const world = new PeerWorld();
    const board = new Board();
    const transport = world.network.addHost('h9', [B]).createTransport();
    const refused = { kind: 'refused', reason: 'laptop was removed from the mesh', notice: 'ok laptop' } as const;
    const greeted: string[] = [];
    await transport.listen(5350, {
      mayArrive: () => true,
      onShown: () => undefined,
      onStranger: () => undefined,
      onStream: (stream) =>
        void new PeerLink(stream, refused, {
          isOurs: false,
          now: () => world.clock.now(),
          events: { greeted: ({ node }) => greeted.push(node), line: () => undefined, ended: () => undefined },
        }),
    });
    const node = world.create(A, [B], { isMesh: true, notices: board });
    await world.start(node);
    await world.clock.advance(60_000);
    expect(board.texts).toEqual(['ok laptop']);
    expect(greeted).toEqual([]);
    expect(world.events.get(node)).toEqual([
      { kind: 'peer-failed', place: `${B}:5350`, reason: 'laptop was removed from the mesh' },
    ]);
    await node.close();
  });

  test('that goes beyond one line is told in several', async () => {
    const { world, boards } = await link();
    const many = Array.from({ length: MAX_NOTICES + 5 }, (_, index) => `ok ${index}`);
    boards[0].take(many);
    await world.clock.advance(100);
    expect(boards[1].texts).toEqual(many);
  });

  test('in open mode is neither told nor taken in', async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A), world.create(B, [A], { notices: new Board() })];
    await world.start(a, b);
    const raw = await RawPeer.dial(world, C, A);
    raw.greet();
    raw.say({ kind: 'notices', digest: 'x', notices: ['ok 1', 'forged'] });
    await world.clock.advance(100);
    expect(raw.heard.map(({ kind }) => kind)).not.toContain('notices');
    expect(a.counters.foreign).toBe(0);
  });
});
