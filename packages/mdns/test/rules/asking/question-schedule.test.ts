import { beforeEach, describe, expect, it } from 'vitest';
import { Denials } from '../../../src/rules/asking/denials.ts';
import { QuestionSchedule } from '../../../src/rules/asking/question-schedule.ts';
import { RecordCache } from '../../../src/rules/asking/record-cache.ts';
import type { Message } from '../../../src/wire/message.ts';
import { nameKey, parseName } from '../../../src/wire/name.ts';
import { TYPE_CODES } from '../../../src/wire/record.ts';
import { address, H1, pointer } from './querier-driver.ts';

const TYPE = parseName('_redis._tcp.local');
const HOST = parseName('h1.local');
const { A, PTR, SRV } = TYPE_CODES;
const FOUR_TRIES = { tries: 4, maxIntervalMs: 4000 };

let cache: RecordCache;
let denials: Denials;
let schedule: QuestionSchedule;

beforeEach(() => {
  cache = new RecordCache(() => 0.5);
  denials = new Denials();
  schedule = new QuestionSchedule(cache, denials, () => 0.5);
});

function collectTo(time: number): readonly { at: number; message: Message }[] {
  const sent: { at: number; message: Message }[] = [];
  for (let at = schedule.nextDeadline(); at <= time; at = schedule.nextDeadline()) {
    const message = schedule.takeDue(at);
    if (message !== undefined) sent.push({ at, message });
  }
  return sent;
}

function timesTo(time: number): readonly number[] {
  return collectTo(time).map(({ at }) => at);
}

describe('QuestionSchedule', () => {
  it.each([
    [0, 20, 20],
    [0.5, 22, 70],
    [0.999, 23.996, 119.9],
  ])(
    'waits for 20 to 120 ms before the first question, and not long when a user asks (RFC 6762 5.2): random %d',
    (random, onDemand, onEvent) => {
      schedule = new QuestionSchedule(cache, denials, () => random);
      schedule.askContinuously(TYPE, PTR, 0);
      expect(schedule.nextDeadline()).toBeCloseTo(onDemand);
      schedule.restart(1000);
      expect(schedule.nextDeadline()).toBeCloseTo(1000 + onEvent);
    },
  );

  describe('on a link that is full of long lists of known answers', () => {
    const flood = (from: number, to: number): void => {
      for (let at = from; at < to; at += 2) schedule.noteList(at);
    };

    it('puts a repeated question off by one to three seconds', () => {
      schedule.askContinuously(TYPE, PTR, 0);
      expect(timesTo(900)).toEqual([22]);
      flood(0, 1_100);
      expect(timesTo(10_000)).toEqual([1_022 + 2_000, 3_022 + 2_000, 5_022 + 4_000]);
    });

    it('puts it off three times at most', () => {
      schedule.askContinuously(TYPE, PTR, 0);
      for (let at = 0; at < 20_000; at += 100) {
        flood(at, at + 100);
        expect(timesTo(at + 100).every((time) => time === 22 || time === 7_022 || time === 15_022)).toBe(true);
      }
    });

    it('asks a first question, and one for a host that is missing, without delay', () => {
      flood(0, 1_000);
      schedule.askContinuously(TYPE, PTR, 1_000);
      schedule.askUntilAnswered(HOST, A, FOUR_TRIES, 1_000);
      expect(timesTo(1_400)).toEqual([1_022, 1_070]);
    });
  });

  it('asks again after one second and then at doubled intervals up to an hour (RFC 6762 5.2)', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    const times = timesTo(5 * 3_600_000);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    const doubled = Array.from({ length: 12 }, (_, index) => 1000 * 2 ** index);
    expect(times[0]).toBe(22);
    expect(gaps).toEqual([...doubled, 3_600_000, 3_600_000, 3_600_000]);
  });

  it('comes to rest at times whose difference is not quite what was added', () => {
    const at = 1_998.307_654_945_668_4;
    expect(at + 1_000 - at).toBeLessThan(1_000);
    schedule.askOnce(HOST, A, at);
    expect(schedule.takeDue(at)).toBeDefined();
    schedule.askOnce(HOST, A, at);
    expect(schedule.takeDue(at)).toBeUndefined();
    expect(schedule.takeDue(at + 1_000)).toBeDefined();
  });

  it('asks multicast questions only, with no id (RFC 6762 5.4, 18.1)', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    expect(collectTo(100)[0]?.message).toEqual({
      id: 0,
      kind: 'query',
      truncated: false,
      questions: [{ name: TYPE, type: PTR, unicast: false }],
      answers: [],
      authorities: [],
      additionals: [],
    });
  });

  it('puts questions that are due together into one message, with the known answers of each (RFC 6762 7.1)', () => {
    cache.put(pointer('a'), H1, 0);
    cache.put(pointer('b', '_http._tcp.local'), H1, 0);
    schedule.askContinuously(TYPE, PTR, 0);
    schedule.askContinuously(parseName('_http._tcp.local'), PTR, 0);
    const sent = collectTo(100);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.message.questions).toHaveLength(2);
    expect(sent[0]?.message.answers).toEqual([pointer('a'), pointer('b', '_http._tcp.local')]);
  });

  it('draws one time for questions that begin together, so that they share a packet (RFC 6762 5.3)', () => {
    const draws = [0.9, 0.1, 0.5];
    schedule = new QuestionSchedule(cache, denials, () => draws.shift() ?? 0);
    schedule.askUntilAnswered(HOST, SRV, FOUR_TRIES, 0);
    schedule.askUntilAnswered(HOST, A, FOUR_TRIES, 10);
    expect(collectTo(119).map(({ at, message }) => [at, message.questions.length])).toEqual([[110, 2]]);
    schedule.askUntilAnswered(TYPE, PTR, FOUR_TRIES, 115);
    expect(schedule.nextDeadline()).toBeCloseTo(145);
  });

  it('asks for what is missing after 20-120 ms, 1 s, 2 s, 4 s, then gives up', () => {
    schedule.askUntilAnswered(HOST, A, FOUR_TRIES, 0);
    expect(timesTo(1e9)).toEqual([70, 1070, 3070, 7070]);
    schedule.askUntilAnswered(HOST, A, FOUR_TRIES, 1e9);
    expect(timesTo(1e9 + 100)).toHaveLength(1);
  });

  it('stops asking for what is missing once it is there; an address of either family will do', () => {
    schedule.askUntilAnswered(HOST, A, FOUR_TRIES, 0);
    expect(timesTo(100)).toEqual([70]);
    cache.put(address('fe80::1'), H1, 100);
    expect(timesTo(1e9)).toEqual([]);
    expect(schedule.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('asks once when it is told to, without disturbing the intervals', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    expect(timesTo(3500)).toEqual([22, 1022, 3022]);
    schedule.askOnce(TYPE, PTR, 5000);
    schedule.askOnce(HOST, A, 5000);
    expect(timesTo(8000)).toEqual([5000, 7022]);
  });

  it('asks nothing twice within a second (RFC 6762 5.2)', () => {
    for (const at of [0, 10, 300]) {
      schedule.askOnce(HOST, A, at);
      collectTo(at);
    }
    expect(timesTo(10_000)).toEqual([1000]);
  });

  it('takes the same question of another host for its own (RFC 6762 7.3)', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    schedule.noteDuplicate({ name: parseName('_REDIS._tcp.local'), type: PTR, unicast: false }, 10);
    expect(timesTo(3000)).toEqual([1022]);
  });

  it('asks itself when the other question is 999 ms old, or was another one (RFC 6762 7.3)', () => {
    schedule.askContinuously(TYPE, PTR, 1000);
    schedule.noteDuplicate({ name: TYPE, type: PTR, unicast: false }, 23);
    schedule.noteDuplicate({ name: TYPE, type: SRV, unicast: false }, 1000);
    schedule.noteDuplicate({ name: HOST, type: PTR, unicast: false }, 1000);
    expect(timesTo(1500)).toEqual([1022]);
  });

  it('begins every question anew on restart (RFC 6762 5.2)', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    timesTo(100_000);
    schedule.noteDuplicate({ name: TYPE, type: PTR, unicast: false }, 100_000);
    schedule.restart(100_000);
    expect(timesTo(104_000)).toEqual([100_070, 101_070, 103_070]);
  });

  it('asks nothing more about a name that is forgotten', () => {
    schedule.askContinuously(TYPE, PTR, 0);
    schedule.askUntilAnswered(TYPE, SRV, FOUR_TRIES, 0);
    schedule.forget(nameKey(TYPE));
    expect(schedule.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('knows the echo of its own question for a second', () => {
    const question = { name: TYPE, type: PTR, unicast: false };
    schedule.askContinuously(TYPE, PTR, 0);
    expect(schedule.isOwnEcho(question, 60)).toBe(false);
    collectTo(70);
    expect(schedule.isOwnEcho(question, 75)).toBe(true);
    expect(schedule.isOwnEcho(question, 1075)).toBe(false);
  });

  it('asks 64 questions a message, ten messages at once and then one every 100 ms, however much there is to ask', () => {
    for (let index = 0; index < 1000; index++) schedule.askOnce(parseName(`h${index}.local`), A, 0);
    const sent = collectTo(10_000);
    const times = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200, 300, 400, 500, 600];
    expect(sent.map(({ at }) => at)).toEqual(times);
    expect(sent.map(({ message }) => message.questions.length)).toEqual([...new Array<number>(15).fill(64), 40]);
  });
});
