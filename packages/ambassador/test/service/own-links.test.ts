import type { OwnAddress } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { OwnLinks } from '../../src/service/own-links.ts';

const ETH0: OwnAddress = { address: '10.0.0.2', carrierChanges: 1 };
const DOCKER0: OwnAddress = { address: '172.17.0.1', carrierChanges: 1 };
const BY_ETH0 = ['10.0.0.1'];
const BY_DOCKER0 = ['172.17.0.9'];

function createWorld() {
  const clock = new ManualClock();
  let found: readonly OwnAddress[] = [ETH0, DOCKER0];
  const links = new OwnLinks({
    clock,
    read: () => found,
    findSourceAddress: async (address) => ({ source: BY_DOCKER0.includes(address) ? DOCKER0.address : ETH0.address }),
  });
  const change = async (...now: readonly OwnAddress[]): Promise<void> => {
    found = now;
    await clock.advance(100);
  };
  return { links, change };
}

test('a bridge that gets or loses its last container cuts off nobody to whom another link leads', async () => {
  const { links, change } = createWorld();
  await change(ETH0, { ...DOCKER0, carrierChanges: 2 });
  expect(await links.wereCutOff(BY_ETH0, 0)).toBe(false);
  expect(links.mayBeCutOff(BY_ETH0, 0)).toBe(false);
  expect(await links.wereCutOff(BY_DOCKER0, 0)).toBe(true);
});

test('who can not wait hears that it may be cut off until it is known how the endpoint is reached', async () => {
  const { links, change } = createWorld();
  await change(ETH0);
  expect(links.mayBeCutOff(BY_ETH0, 0)).toBe(true);
  await change(ETH0);
  expect(links.mayBeCutOff(BY_ETH0, 0)).toBe(false);
  await change();
  expect(links.mayBeCutOff(BY_ETH0, 0)).toBe(true);
});

test('as long as no link changes nobody is asked', async () => {
  const { links, change } = createWorld();
  await change(ETH0, DOCKER0);
  expect(links.mayBeCutOff(BY_ETH0, 0)).toBe(false);
});
