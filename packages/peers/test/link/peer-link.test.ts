import { describe, expect, test } from 'vitest';
import { PeerLink } from '../../src/link/peer-link.ts';
import type { PeerStream, PeerStreamEvents } from '../../src/link/peer-stream.ts';
import { encodeLine } from '../../src/rules/line-text.ts';

const HELLO = { kind: 'hello', node: 'a'.repeat(16), version: '1', wall: 0 } as const;
const LATER = '{"kind":"later"}\n';

class FakeStream implements PeerStream {
  readonly remoteAddress = '10.0.0.2';
  readonly localAddress = '10.0.0.1';
  pending = 0;
  isOver = false;
  written = 0;
  #events: PeerStreamEvents | undefined;

  open(events: PeerStreamEvents): void {
    this.#events = events;
  }

  write(): void {
    this.written += 1;
  }

  async close(): Promise<void> {
    this.isOver = true;
  }

  destroy(): void {
    this.isOver = true;
  }

  say(text: string): void {
    this.#events?.data(Buffer.from(text));
  }
}

/** One that came to us; greeted unless said. */
function arrange(isGreeted = true) {
  const stream = new FakeStream();
  const ended: string[] = [];
  const time = { now: 0 };
  const events = { greeted: () => undefined, line: () => undefined, ended: (reason: string) => ended.push(reason) };
  const link = new PeerLink(stream, HELLO, { isOurs: false, now: () => time.now, events });
  if (isGreeted) stream.say(encodeLine(HELLO));
  return { stream, link, ended, time };
}

describe('a line', () => {
  test.each([
    ['4 KiB before the hello', false, 4_096],
    ['256 KiB after it', true, 262_144],
  ])('may have %s, and no byte more', (_, isGreeted, most) => {
    const { stream, link } = arrange(isGreeted);
    stream.say(' '.repeat(most));
    expect(link.isOver).toBe(false);
    stream.say(' ');
    expect([link.isOver, stream.isOver]).toEqual([true, true]);
  });
});

describe('a link', () => {
  test('carries 2,000 lines at once and 200 a second', () => {
    const { stream, link, ended, time } = arrange();
    stream.say(LATER.repeat(2_000));
    for (let second = 1; second <= 10; second++) {
      time.now = second * 1_000;
      stream.say(LATER.repeat(200));
    }
    expect([link.isOver, link.received.unknown]).toEqual([false, 4_000]);
    stream.say(LATER);
    expect(ended).toEqual(['it sends too many lines']);
  });

  test('carries 8 MiB at once and 256 KiB a second', () => {
    const { stream, link, ended, time } = arrange();
    const bulk = `{"kind":"later","x":"${'x'.repeat(262_120)}"}\n`;
    for (let index = 0; index < 31; index++) stream.say(bulk);
    for (let second = 1; second <= 5; second++) {
      time.now = second * 1_000;
      stream.say(bulk);
    }
    expect(link.isOver).toBe(false);
    stream.say(bulk);
    stream.say(bulk);
    expect(ended).toEqual(['it sends too much']);
  });

  test('ends with the 17th line that is none', () => {
    const { stream, link, ended } = arrange();
    stream.say('nonsense\n'.repeat(16));
    expect(link.isOver).toBe(false);
    stream.say('nonsense\n');
    expect(ended).toEqual(['it is no line of a peer']);
  });

  test('ends where more than 4 MiB are not read', () => {
    const { stream, link, ended } = arrange();
    stream.pending = 4 * 1_048_576;
    link.tell({ kind: 'beat', origin: HELLO.node, seq: 1, age: 0 });
    expect(link.isOver).toBe(false);
    stream.pending += 1;
    link.tell({ kind: 'beat', origin: HELLO.node, seq: 2, age: 0 });
    expect(ended).toEqual(['it reads nothing of what it is told']);
    link.tell({ kind: 'beat', origin: HELLO.node, seq: 3, age: 0 });
    // The hello, and two of them.
    expect(stream.written).toBe(3);
  });
});
