import {
  type ExamineWay,
  encodeLine,
  type OutcomeLine,
  type PeerStream,
  type PeerStreamEvents,
} from '@mdns-ambassador/peers';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { composeReport } from '../../../../src/commands/doctor/host/ask-peer.ts';
import type { PeerReport } from '../../../../src/commands/doctor/host/evidence.ts';
import { type Examined, PeerTalk } from '../../../../src/commands/doctor/host/peer-talk.ts';

const ID = '0123456789abcdef';
const HELLO = { kind: 'hello', node: ID, version: '1.2.3', wall: 0 } as const;

class FakeStream implements PeerStream {
  readonly remoteAddress = '10.0.0.2';
  readonly localAddress = '10.0.0.1';
  readonly pending = 0;
  readonly written: string[] = [];
  isOver = false;
  events: PeerStreamEvents | undefined;

  open(events: PeerStreamEvents): void {
    this.events = events;
  }

  write(text: string): void {
    this.written.push(text);
  }

  async close(): Promise<void> {
    this.isOver = true;
  }

  destroy(): void {
    this.isOver = true;
  }

  say(text: string): void {
    this.events?.data(Buffer.from(text));
  }
}

function outcome(way: ExamineWay, result: OutcomeLine['result'], reason?: string): OutcomeLine {
  return { kind: 'outcome', id: ID, way, result, ...(reason === undefined ? {} : { reason }) };
}

function arrange() {
  const clock = new ManualClock();
  const stream = new FakeStream();
  const talk = new PeerTalk(stream, HELLO, clock);
  const asking = talk.examine({ kind: 'examine', id: ID, ways: ['multicast', 'dial'], port: 7 }, 1_000);
  return { clock, stream, talk, asking };
}

const FACTS = { kind: 'facts', id: ID, version: '1.2.4', platform: 'darwin', meshes: [], asker: '10.0.0.1' } as const;

test('Says hello and asks, and hears facts and outcomes among whatever else is said', async () => {
  const { clock, stream, asking } = arrange();
  expect(stream.written.map((line) => JSON.parse(line).kind)).toEqual(['hello', 'examine']);
  stream.say(encodeLine({ ...HELLO, node: 'fedcba9876543210' }));
  stream.say('nonsense\n');
  stream.say(encodeLine({ ...outcome('multicast', 'done'), id: 'ffffffffffffffff' }));
  stream.say(encodeLine({ ...FACTS, wall: clock.wallClock() + 5_000 }));
  stream.say(encodeLine(outcome('dial', 'failed', 'ECONNREFUSED')));
  stream.say(encodeLine(outcome('multicast', 'done')));
  const { facts, clockAheadMs, outcomes } = await asking;
  expect([facts?.version, clockAheadMs, outcomes.get('dial')?.reason, outcomes.get('multicast')?.result]).toEqual([
    '1.2.4',
    5_000,
    'ECONNREFUSED',
    'done',
  ]);
});

test('Who is silent is not waited for', async () => {
  const { clock, stream, asking } = arrange();
  stream.say(encodeLine(outcome('multicast', 'done')));
  await clock.advance(1_001);
  expect((await asking).outcomes.size).toBe(1);
});

test('Who ends it is heard, and asked no more', async () => {
  const { stream, talk, asking } = arrange();
  stream.say(encodeLine({ kind: 'refused', reason: 'it comes too often' }));
  stream.events?.ended('closed');
  expect((await asking).facts).toBeUndefined();
  expect(talk.refusal).toBe('it comes too often');
  expect((await talk.examine({ kind: 'examine', id: ID, ways: ['hear'] }, 1_000)).outcomes.size).toBe(0);
});

test.each([
  ['a line without an end', 'x'.repeat(300_000)],
  ['lines without an end', 'x\n'.repeat(20_000)],
])('%s is hung up on', async (_, text) => {
  const { stream, talk, asking } = arrange();
  stream.say(text);
  await asking;
  expect([stream.isOver, talk.refusal]).toEqual([true, 'it says too much']);
});

/** What was said and heard, and what is made of it. */
const CASES: readonly (readonly [
  string,
  readonly OutcomeLine[],
  { readonly isHeard?: boolean; readonly hasCome?: boolean },
  Partial<PeerReport>,
])[] = [
  [
    'all ways work',
    [outcome('multicast', 'done'), outcome('hear', 'done'), outcome('dial', 'done')],
    { isHeard: true, hasCome: true },
    { isHeard: true, heardMulticast: true, isReached: true, sendFailure: undefined },
  ],
  [
    'no way works',
    [outcome('multicast', 'done'), outcome('hear', 'failed'), outcome('dial', 'failed', 'DIAL_TIMEOUT')],
    { isHeard: false, hasCome: false },
    { isHeard: false, heardMulticast: false, isReached: false, sendFailure: undefined },
  ],
  [
    'it could not send',
    [outcome('multicast', 'failed', 'EPERM')],
    { isHeard: false },
    { isHeard: undefined, sendFailure: 'EPERM' },
  ],
  ['it connected to somebody else', [outcome('dial', 'done')], { hasCome: false }, { isReached: false }],
  [
    'it refuses to show it',
    [outcome('multicast', 'refused', 'too often'), outcome('hear', 'refused'), outcome('dial', 'refused')],
    { isHeard: false, hasCome: false },
    {
      isHeard: undefined,
      heardMulticast: undefined,
      isReached: undefined,
      sendFailure: undefined,
      refusal: 'too often',
    },
  ],
  [
    'mDNS can not be used here',
    [outcome('multicast', 'done'), outcome('hear', 'failed')],
    {},
    { isHeard: undefined, heardMulticast: undefined },
  ],
];

test.each(CASES)('%s', (_, lines, { isHeard, hasCome }, expected) => {
  const examined: Examined = {
    facts: { ...FACTS, wall: 0 },
    clockAheadMs: 0,
    outcomes: new Map(lines.map((line) => [line.way, line])),
  };
  expect(composeReport({ first: examined, second: examined, isHeard, hasCome })).toMatchObject(expected);
});
