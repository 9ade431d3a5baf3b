import { expect, test } from 'vitest';
import { RefusalLedger } from '../src/refusal-ledger.ts';
import { Secret } from '../src/secret.ts';

const wrong = new Secret(Buffer.from('wrong'));
const other = new Secret(Buffer.from('other'));

test('the same secret waits, each time for longer; another one does not', () => {
  const ledger = new RefusalLedger();
  let now = 0;
  const pauses = Array.from({ length: 8 }, () => {
    ledger.add('a', wrong, 'WRONGPASS', now);
    const start = now;
    while (ledger.find('a', wrong, now) !== undefined) now += 100;
    return now - start;
  });
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  ledger.add('a', wrong, 'WRONGPASS', now);
  expect(ledger.find('a', wrong, now)).toBe('WRONGPASS');
  expect(ledger.find('a', other, now)).toBeUndefined();
  expect(ledger.find('b', wrong, now)).toBeUndefined();
  ledger.remove('a');
  expect(ledger.find('a', wrong, now)).toBeUndefined();
});

test('of more than 1,000 destinations the oldest is forgotten', () => {
  const ledger = new RefusalLedger();
  for (let count = 0; count < 1001; count += 1) ledger.add(`${count}`, wrong, 'no', 0);
  expect(ledger.find('0', wrong, 0)).toBeUndefined();
  expect(ledger.find('1', wrong, 0)).toBe('no');
  expect(ledger.find('1000', wrong, 0)).toBe('no');
});
