import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
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

  test('leaves a leg alone that has ended', () => {
    const [near] = MemoryLeg.pair();
    near.end();
    probeLeg(near);
    expect(near.errored).toBeNull();
  });
});
