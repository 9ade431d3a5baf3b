import { describe, expect, it } from 'vitest';
import { RefreshJitter } from '../../../src/rules/asking/refresh-jitter.ts';

describe('RefreshJitter', () => {
  it('is the same for all that was heard at one moment, and drawn anew for each further question', () => {
    const parts = [0.1, 0.2, 0.3].values();
    const jitter = new RefreshJitter(() => parts.next().value ?? 0);
    expect([jitter.draw(5, 0), jitter.draw(5, 0)]).toEqual([0.1, 0.1]);
    expect([jitter.draw(6, 0), jitter.draw(6, 1), jitter.draw(6, 1)]).toEqual([0.2, 0.3, 0.3]);
  });
});
