import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { AnnouncedAddresses } from '../src/announced-addresses.ts';
import { ETH0, ETH1 } from './fake-host.ts';

test('An address counts with or without its zone', () => {
  const addresses = new AnnouncedAddresses(() => [ETH0], new ManualClock());
  expect(addresses.has('10.99.0.1')).toBe(true);
  expect(addresses.has('fe80::1%eth0')).toBe(true);
  expect(addresses.has('10.98.0.1')).toBe(false);
});

test('The interfaces are read once a second at most, however many connections ask', async () => {
  const clock = new ManualClock();
  let used = ETH0;
  let reads = 0;
  const addresses = new AnnouncedAddresses(() => {
    reads += 1;
    return [used];
  }, clock);
  for (let connection = 0; connection < 1000; connection++) addresses.has('10.99.0.1');
  expect(reads).toBe(1);
  used = ETH1;
  await clock.advance(999);
  expect(addresses.has('10.98.0.1')).toBe(false);
  await clock.advance(1);
  expect(addresses.has('10.98.0.1')).toBe(true);
  expect(addresses.has('10.99.0.1')).toBe(false);
  expect(reads).toBe(2);
});
