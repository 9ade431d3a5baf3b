import type { Splice } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { IngressTally } from '../src/ingress-tally.ts';

function splice(bytesUp: number, bytesDown: number): Splice {
  return { bytesUp, bytesDown, finished: Promise.resolve({ kind: 'ended' }), reset: () => undefined };
}

test('bytes of open connections count, and once only when they have ended', () => {
  const tally = new IngressTally();
  for (let index = 0; index < 3; index++) tally.accept();
  tally.refuse('stranger');
  const end = tally.carry(splice(10, 20));
  tally.carry(splice(1, 2));
  expect(tally.view()).toMatchObject({ active: 2, accepted: 3, bytesUp: 11, bytesDown: 22 });
  end(1_500);
  expect(tally.view()).toMatchObject({
    active: 1,
    accepted: 3,
    refused: { stranger: 1, full: 0 },
    bytesUp: 11,
    bytesDown: 22,
    connectionSeconds: { sum: 1.5 },
  });
  expect(tally.view().connectionSeconds.counts.at(-1)).toBe(1);
});
