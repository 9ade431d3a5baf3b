import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSharedDelay, ResponseQueue } from '../../../src/rules/answering/response-queue.ts';

/** What is sent, and when, when it is driven at its deadlines. */
function run(queue: ResponseQueue, until: number): readonly (readonly [number, readonly string[]])[] {
  const sent: [number, string[]][] = [];
  while (queue.nextDeadline() <= until) {
    const now = queue.nextDeadline();
    const keys = queue.take(now).map(({ key }) => key);
    for (const key of keys) queue.noteMulticast(key, now);
    sent.push([now, keys]);
  }
  return sent;
}

describe('ResponseQueue', () => {
  it('sends what is urgent at once (RFC 6762 6)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 5, 'now');
    expect(run(queue, 1_000)).toEqual([[5, ['a']]]);
  });

  it('multicasts a record once a second at most (RFC 6762 6)', () => {
    const queue = new ResponseQueue();
    for (let at = 0; at < 2_500; at += 50) {
      queue.schedule('a', at, 'now');
      run(queue, at);
    }
    expect(queue.lastMulticast('a')).toBe(2_000);
    expect(queue.mayMulticast('a', 2_999)).toBe(false);
    expect(queue.mayMulticast('a', 3_000)).toBe(true);
  });

  it('lets a record defend its name again after 250 ms (RFC 6762 6)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 0, 'now');
    run(queue, 0);
    queue.schedule('a', 100, 'defence');
    expect(run(queue, 1_000)).toEqual([[250, ['a']]]);
  });

  it('sends a record once when many ask for it before it is sent (RFC 6762 6)', () => {
    const queue = new ResponseQueue();
    for (let asker = 0; asker < 50; asker++) queue.schedule('a', 100 - asker, 'soon');
    expect(run(queue, 10_000)).toEqual([[51, ['a']]]);
  });

  it('lets delayed answers travel together (RFC 6762 6.4)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 20, 'soon');
    queue.schedule('b', 120, 'soon');
    expect(run(queue, 10_000)).toEqual([[120, ['a', 'b']]]);
  });

  it('never keeps a delayed answer for more than 500 ms on account of others (RFC 6762 6.4)', () => {
    const queue = new ResponseQueue();
    for (let count = 0; count < 20; count++) queue.schedule(`${count}`, count * 100, 'soon');
    expect(run(queue, 10_000)[0]).toEqual([500, ['0', '1', '2', '3', '4', '5']]);
  });

  it('does not wait for an answer that is held back by the limit of one a second (RFC 6762 6, 6.4)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 0, 'now');
    run(queue, 0);
    queue.schedule('a', 50, 'soon');
    queue.schedule('b', 50, 'soon');
    expect(run(queue, 10_000)).toEqual([
      [50, ['b']],
      [1_000, ['a']],
    ]);
  });

  it('drops an answer that another host gives first, and counts it as sent (RFC 6762 7.4)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 100, 'soon');
    queue.suppress('a', 50);
    expect(run(queue, 10_000)).toEqual([]);
    expect(queue.lastMulticast('a')).toBe(50);
  });

  it('keeps an answer that defends a name (RFC 6762 7.4, 8.1)', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 100, 'soon');
    queue.schedule('a', 100, 'defence');
    queue.suppress('a', 50);
    expect(run(queue, 10_000)).toEqual([[100, ['a']]]);
  });

  it('forgets what is not ours any more', () => {
    const queue = new ResponseQueue();
    queue.schedule('a', 0, 'now');
    run(queue, 0);
    queue.schedule('a', 10, 'now');
    queue.forget(['a']);
    expect(queue.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(queue.mayMulticast('a', 10)).toBe(true);
  });

  it('always sends at its deadline, and everything in the end', () => {
    const item = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      delay: fc.integer({ min: 0, max: 300 }),
      urgency: fc.constantFrom('now', 'soon', 'defence'),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        const queue = new ResponseQueue();
        let now = 0;
        for (const { key, delay, urgency } of items) {
          queue.schedule(key, now + delay, urgency);
          now += delay;
          for (const [, keys] of run(queue, now)) expect(keys.length).toBeGreaterThan(0);
        }
        for (const [, keys] of run(queue, Number.MAX_SAFE_INTEGER)) expect(keys.length).toBeGreaterThan(0);
        expect(queue.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
        for (const { key } of items) expect(queue.lastMulticast(key)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('drawSharedDelay', () => {
  it('is uniform between 20 and 120 ms (RFC 6762 6)', () => {
    expect([0, 0.25, 0.5, 0.75].map(drawSharedDelay)).toEqual([20, 45, 70, 95]);
    expect(drawSharedDelay(0.999)).toBeLessThan(120);
  });
});
