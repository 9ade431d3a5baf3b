import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { Loss } from '../src/loss.ts';

function createWorld() {
  const clock = new ManualClock();
  const told: string[] = [];
  return { clock, told, loss: new Loss(clock, (reason) => told.push(reason)) };
}

test('servers that fail in turn, each with a reason of its own, are told of once each until one is back', async () => {
  const { clock, told, loss } = createWorld();
  for (let attempt = 0; attempt < 20; attempt++) loss.begin(`server ${attempt % 2} is down`);
  expect(told).toEqual(['server 0 is down', 'server 1 is down']);
  loss.end();
  loss.begin('server 0 is down');
  expect(told).toHaveLength(2);
  await clock.advance(2_000);
  expect(told).toEqual(['server 0 is down', 'server 1 is down', 'server 0 is down']);
});

test('reasons that never repeat are told of a few times', () => {
  const { told, loss } = createWorld();
  for (let attempt = 0; attempt < 1_000; attempt++) loss.begin(`reason ${attempt}`);
  expect(told).toHaveLength(16);
});
