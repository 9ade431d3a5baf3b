import { duplexPair } from 'node:stream';
import type { DialService } from '@mdns-ambassador/checks';
import { RelayError } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { EndpointProbes, type EndpointProbesOptions } from '../../src/service/endpoint-probes.ts';
import { OwnLinks } from '../../src/service/own-links.ts';
import { endpoint } from '../pool/fixtures.ts';

function createWorld() {
  const clock = new ManualClock();
  const world = {
    clock,
    doubtful: [] as Endpoint[],
    answer: 'accepts' as 'accepts' | 'ECONNREFUSED' | 'silent',
    dials: 0,
    hasLink: true,
    linkReads: 0,
  };
  const probed: string[] = [];
  const dial: DialService = (_, signal) => {
    world.dials += 1;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new RelayError('ABORTED', 'given up')));
      if (world.answer === 'accepts') resolve(duplexPair()[0]);
      else if (world.answer !== 'silent') reject(new RelayError(world.answer, 'no'));
    });
  };
  const links = new OwnLinks({
    clock,
    read: () => {
      world.linkReads += 1;
      return world.hasLink ? [{ address: '10.0.0.2', carrierChanges: undefined }] : [];
    },
    findSourceAddress: async () => ({ source: '10.0.0.2' }),
  });
  const options: EndpointProbesOptions = {
    clock,
    dial,
    links,
    listDoubtful: () => world.doubtful,
    onProbed: ({ id }, failure) => probed.push(`${id} ${failure ?? 'answers'} at ${clock.now()}`),
  };
  const probes = new EndpointProbes(options);
  return Object.assign(world, { options, probes, probed });
}

test('while nobody is in doubt nobody is dialled', async () => {
  const world = createWorld();
  world.probes.wake();
  await world.clock.advance(60_000);
  expect(world.dials).toBe(0);
});

test('who is in doubt is dialled within a second, and not again for 30 s once he answers', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.probes.wake();
  await world.clock.advance(40_000);
  expect(world.probed).toEqual(['a answers at 1000', 'a answers at 31000']);
});

test('who is silent is dialled again and again, one dial of 4 s at a time', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.answer = 'silent';
  world.probes.wake();
  await world.clock.advance(16_000);
  expect(world.probed).toEqual(['a timeout at 5000', 'a timeout at 10000', 'a timeout at 15000']);
});

test('silence while the own link is down is our fault', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.answer = 'silent';
  world.probes.wake();
  await world.clock.advance(2_000);
  world.hasLink = false;
  await world.clock.advance(4_000);
  world.hasLink = true;
  await world.clock.advance(14_000);
  expect(world.probed).toEqual(['a local at 5000', 'a local at 10000', 'a local at 15000', 'a timeout at 20000']);
});

test('also where nobody was in doubt before it was down', async () => {
  const world = createWorld();
  world.hasLink = false;
  world.probes.wake();
  await world.clock.advance(5_000);
  world.hasLink = true;
  await world.clock.advance(60_000);
  world.hasLink = false;
  world.doubtful = [endpoint('a')];
  world.answer = 'silent';
  await world.clock.advance(5_000);
  expect(world.probed).toEqual(['a local at 70000']);
});

test('hundreds of proxies that carry connections have the own links read once a second', async () => {
  const world = createWorld();
  for (let count = 0; count < 300; count++) {
    await world.clock.advance(3);
    new EndpointProbes(world.options).wake();
  }
  const { linkReads } = world;
  await world.clock.advance(10_000);
  expect(world.linkReads - linkReads).toBeLessThanOrEqual(10);
});

test('a refusal is told as one', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.answer = 'ECONNREFUSED';
  world.probes.wake();
  await world.clock.advance(1_000);
  expect(world.probed).toEqual(['a refused at 1000']);
});

test('a refusal by one of several addresses is no fact while the own link settles, and one after that', async () => {
  const world = createWorld();
  const [a, b] = [endpoint('a', { addresses: ['10.0.0.1', 'fe80::1%eth0'] }), endpoint('b')];
  world.answer = 'ECONNREFUSED';
  world.doubtful = [b];
  world.probes.wake();
  await world.clock.advance(1_000);
  world.hasLink = false;
  world.doubtful = [a, b];
  await world.clock.advance(1_500);
  world.hasLink = true;
  await world.clock.advance(6_500);
  const told = (id: string): readonly string[] => world.probed.filter((line) => line.startsWith(id));
  expect(told('a')).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((at) => `a ${at < 9 ? 'local' : 'refused'} at ${at}000`));
  expect(told('b').every((line) => line.includes('refused'))).toBe(true);
});

test('nobody is looked for while there are no connections', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.probes.wake();
  world.probes.rest();
  expect(world.clock.pendingTimers).toBe(0);
  world.probes.wake();
  await world.clock.advance(1_000);
  expect(world.dials).toBe(1);
});

test('nothing is told after close, and no timer is left', async () => {
  const world = createWorld();
  world.doubtful = [endpoint('a')];
  world.answer = 'silent';
  world.probes.wake();
  await world.clock.advance(2_000);
  world.probes.close();
  world.probes.wake();
  await world.clock.advance(10_000);
  expect(world.probed).toEqual([]);
  expect(world.clock.pendingTimers).toBe(0);
});
