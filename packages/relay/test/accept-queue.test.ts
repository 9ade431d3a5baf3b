import { describe, expect, test } from 'vitest';
import { AcceptQueue } from '../src/accept-queue.ts';

/** Behind so many one waits for those before, and not for a process that stood still. */
const FEW = 32;
const CLIENT = { remoteAddress: '127.0.0.1', remotePort: 40_000 };

/** A queue whose own connections come from ports 1, 2, 3, ... */
class World {
  busy = 1;
  isQueued = true;
  joined = 0;
  readonly left: number[] = [];
  readonly queue: AcceptQueue;
  #onGone: () => void = () => undefined;

  constructor() {
    this.queue = new AcceptQueue({
      busyShare: () => this.busy,
      join: (onGone) => {
        this.joined += 1;
        this.#onGone = onGone;
        return this.#createMember(this.joined);
      },
    });
  }

  /** So many clients are accepted at this moment. */
  accept(count: number, now: number): void {
    for (let index = 0; index < count; index++) expect(this.queue.accept(CLIENT, now)).toBe(false);
  }

  /** Enough are accepted for the process to join its queue at 100 ms. */
  crowd(): void {
    this.accept(1, 0);
    this.accept(8, 50);
    this.accept(1, 100);
  }

  acceptOwn(now: number): boolean {
    return this.queue.accept({ remoteAddress: '127.0.0.1', remotePort: this.joined }, now);
  }

  loseOwn(): void {
    this.#onGone();
  }

  #createMember(port: number): ReturnType<ConstructorParameters<typeof AcceptQueue>[0]['join']> {
    const isQueued = (): boolean => this.isQueued;
    return {
      get isQueued() {
        return isQueued();
      },
      isFrom: ({ remotePort }) => remotePort === port,
      leave: () => void this.left.push(port),
    };
  }
}

describe('A process joins its own queue', () => {
  test('where it is busy and many are accepted, and knows then how long one waits', () => {
    const world = new World();
    world.accept(1, 0);
    expect(world.joined).toBe(0);
    world.accept(7, 50);
    expect(world.joined).toBe(0);
    world.accept(1, 100);
    expect(world.joined).toBe(1);
    expect(world.queue.waitedMs(100)).toBe(0);
    world.accept(FEW, 110);
    expect(world.queue.waitedMs(400)).toBe(300);
    expect(world.acceptOwn(450)).toBe(true);
    expect(world.left).toEqual([1]);
    expect(world.queue.waitedMs(450)).toBe(350);
  });

  test.each([
    ['it is not busy', 0.7, 20],
    ['few are accepted', 1, 6],
  ])('but not where %s', (_, busy, accepted) => {
    const world = new World();
    world.busy = busy;
    world.accept(1, 0);
    world.accept(accepted - 1, 50);
    world.accept(1, 100);
    expect(world.joined).toBe(0);
  });

  test('and where it stood still does not take that for a queue', () => {
    const world = new World();
    world.crowd();
    world.accept(FEW - 1, 5_000);
    expect(world.queue.waitedMs(5_000)).toBe(0);
    expect(world.acceptOwn(5_000)).toBe(true);
    expect(world.queue.waitedMs(5_000)).toBe(0);
  });

  test('nor where many stood before it, and then those who came meanwhile', () => {
    const world = new World();
    world.crowd();
    world.accept(FEW, 5_000);
    expect(world.queue.waitedMs(5_000)).toBe(1_000);
    expect(world.acceptOwn(5_100)).toBe(true);
    expect(world.queue.waitedMs(5_100)).toBe(1_100);
  });

  test('again at once while one waits for long, and else after a while', () => {
    const world = new World();
    world.crowd();
    world.accept(FEW, 200);
    world.acceptOwn(300);
    expect(world.joined).toBe(2);
    world.accept(FEW, 305);
    world.acceptOwn(310);
    expect(world.queue.waitedMs(310)).toBe(10);
    world.accept(20, 409);
    expect(world.joined).toBe(2);
    world.accept(1, 410);
    expect(world.joined).toBe(3);
  });

  test('and forgets how long it was when it is not busy any more', () => {
    const world = new World();
    world.crowd();
    world.accept(FEW, 120);
    world.acceptOwn(150);
    expect(world.queue.waitedMs(150)).toBe(50);
    world.busy = 0.1;
    world.accept(8, 300);
    expect(world.queue.waitedMs(300)).toBe(0);
  });
});

describe('Who joined and', () => {
  test('finds no room in the queue waits for nothing, and tries again', () => {
    const world = new World();
    world.isQueued = false;
    world.crowd();
    expect(world.queue.waitedMs(190)).toBe(0);
    world.accept(1, 200);
    expect(world.left).toEqual([1]);
    expect(world.joined).toBe(2);
  });

  test('is never called is given up', () => {
    const world = new World();
    world.crowd();
    world.accept(1, 10_099);
    expect(world.joined).toBe(1);
    world.accept(1, 10_100);
    expect(world.joined).toBe(2);
    expect(world.queue.waitedMs(10_100)).toBe(0);
  });

  test('is closed by somebody else says nothing', () => {
    const world = new World();
    world.crowd();
    world.loseOwn();
    expect(world.queue.waitedMs(1_000)).toBe(0);
    world.queue.close();
    expect(world.left).toEqual([]);
  });

  test('leaves with the queue', () => {
    const world = new World();
    world.crowd();
    world.queue.close();
    expect(world.left).toEqual([1]);
  });
});
