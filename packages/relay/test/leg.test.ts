import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { probeLeg, resetLeg } from '../src/leg.ts';
import { MemoryLeg } from './memory-leg.ts';

describe('resetLeg', () => {
  test('resets the peer', async () => {
    const [near, far] = MemoryLeg.pair();
    const failed = once(far, 'error');
    resetLeg(near);
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  test('waits for a shutdown that is under way', async () => {
    const [near, far] = MemoryLeg.pair();
    far.on('error', () => {});
    near.end();
    resetLeg(near);
    expect(near.destroyed).toBe(false);
    await once(near, 'close');
    expect(near.destroyed).toBe(true);
  });

  test('does not wait for ever for a shutdown that the peer holds up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const [near] = MemoryLeg.pair();
    near._final = () => {};
    near.end();
    await new Promise(setImmediate);
    for (let time = 0; time < 3; time++) resetLeg(near);
    await vi.advanceTimersByTimeAsync(900);
    expect(near.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(near.destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('destroys what cannot be reset', () => {
    const [near] = MemoryLeg.pair();
    near.resetAndDestroy = () => {
      throw new Error('not a TCP socket');
    };
    resetLeg(near);
    expect(near.destroyed).toBe(true);
  });

  test('of a destroyed leg does nothing', () => {
    const [near] = MemoryLeg.pair();
    near.destroy();
    near.resetAndDestroy = () => {
      throw new Error('called');
    };
    resetLeg(near);
  });
});

describe('probeLeg', () => {
  test('writes nothing that the peer could read', async () => {
    const [near, far] = MemoryLeg.pair();
    probeLeg(near);
    near.end('x');
    const [chunk] = await once(far, 'data');
    expect(String(chunk)).toBe('x');
  });

  test('asks a leg that stands on another in its own way', () => {
    const [near] = MemoryLeg.pair();
    let asked = 0;
    const leg = Object.assign(near, { probe: () => (asked += 1) });
    probeLeg(leg);
    expect([asked, leg.writableLength]).toEqual([1, 0]);
  });

  test('asks it also while a write is pending, which for another leg is an answer to wait for', () => {
    const [near] = MemoryLeg.pair();
    near._write = () => {};
    near.write('x');
    let asked = 0;
    probeLeg(near);
    probeLeg(Object.assign(near, { probe: () => (asked += 1) }));
    expect([asked, near.writableLength]).toEqual([1, 1]);
  });

  test('leaves a leg alone that has ended', () => {
    const [near] = MemoryLeg.pair();
    near.end();
    probeLeg(near);
    expect(near.errored).toBeNull();
  });
});
