import { randomBytes } from 'node:crypto';
import type { Leg } from '@mdns-ambassador/relay';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cutBundle } from '../../src/keys/bundle.ts';
import { MeshKey } from '../../src/keys/mesh-key.ts';
import type { Mesh } from '../../src/mesh.ts';
import { Handshakes } from '../../src/peer/handshakes.ts';
import { type Arrived, MeshPeers } from '../../src/peer/mesh-peers.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { createMesh, createRing, TestAnnouncer, TestClock } from '../mesh-fixture.ts';

const PLACE = '10.99.0.1:5350';

function createPeers(mesh: Mesh): MeshPeers {
  const peers = new MeshPeers({ mesh });
  onTestFinished(() => peers.close());
  return peers;
}

async function shakeHands(
  client: MeshPeers,
  server: MeshPeers,
): Promise<readonly [PromiseSettledResult<Leg>, PromiseSettledResult<Arrived>]> {
  const [dialled, accepted] = MemoryLeg.pair();
  onTestFinished(() => void [dialled.destroy(), accepted.destroy()]);
  return Promise.allSettled([
    client.connect(dialled, PLACE, new AbortController().signal),
    server.accept(accepted, '10.99.0.2'),
  ]);
}

describe('two nodes', () => {
  test('with one key speak with each other', async () => {
    const ring = createRing();
    const [client, server] = [createPeers(createMesh(ring)), createPeers(createMesh(ring))];
    const [dialled, accepted] = await shakeHands(client, server);
    if (dialled.status !== 'fulfilled' || accepted.status !== 'fulfilled') throw new Error('they have one key');
    if (accepted.value.kind !== 'linked') throw new Error('they have links');
    const { leg } = accepted.value;
    const heard = new Promise((resolve) => leg.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    leg.resume();
    dialled.value.write('hello\n');
    expect(await heard).toBe('hello\n');
    expect(Reflect.get(dialled.value, 'alpnProtocol')).toBe('ambassador-peer/1');
  });

  test('with different keys do not', async () => {
    const [client, server] = [createPeers(createMesh()), createPeers(createMesh())];
    const results = await shakeHands(client, server);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('of which one has rotated its key find each other at the second dial', async () => {
    const old = createRing();
    const rotated = { kind: 'keys', current: new MeshKey(randomBytes(32)), previous: old.current } as const;
    const [client, server] = [createPeers(createMesh(rotated)), createPeers(createMesh(old))];
    const [first] = await shakeHands(client, server);
    expect(first.status).toBe('rejected');
    const second = await shakeHands(client, server);
    expect(second.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });
});

test('a token for a service is none for peer links', async () => {
  const ring = createRing();
  const bundle = await cutBundle([ring.current], 'proxy', 'redis');
  const [client, server] = [createPeers(createMesh({ kind: 'bundle', bundle })), createPeers(createMesh(ring))];
  const [dialled] = await shakeHands(client, server);
  expect(dialled).toMatchObject({ status: 'rejected', reason: { code: 'NOT_ENTITLED' } });
});

test('the certificate of a peer opens no service, and a service is no peer', async () => {
  const mesh = createMesh();
  const announcer = await TestAnnouncer.open(mesh);
  const [dialled, accepted] = MemoryLeg.pair();
  onTestFinished(() => void [dialled.destroy(), accepted.destroy()]);
  const results = await Promise.allSettled([
    createPeers(mesh).connect(dialled, PLACE, new AbortController().signal),
    announcer.door.admit(accepted, new AbortController().signal),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('who says nothing at the handshake is sent away after 5 s', async () => {
  const clock = new TestClock();
  const mesh = createMesh(createRing(), clock);
  const server = createPeers(mesh);
  // Its certificate is there.
  await shakeHands(createPeers(mesh), server);
  const [dialled, accepted] = MemoryLeg.pair();
  onTestFinished(() => void dialled.destroy());
  const admitted = server.accept(accepted, '10.99.0.2').then(
    () => 'let in',
    () => 'sent away',
  );
  await clock.advance(4_999);
  expect(accepted.destroyed).toBe(false);
  await clock.advance(1);
  expect(accepted.destroyed).toBe(true);
  expect(await admitted).toBe('sent away');
});

test('strangers at their handshakes are 32 at most, and make room for who comes', () => {
  const handshakes = new Handshakes<string>();
  for (let index = 0; index < 31; index++) handshakes.enter('10.0.0.1', `s${index}`);
  expect(handshakes.enter('10.0.0.2', 'other')).toBeUndefined();
  expect(handshakes.enter('10.0.0.3', 'member')).toBe('s0');
  expect(handshakes.size).toBe(32);
  handshakes.leave('member');
  expect(handshakes.enter('10.0.0.4', 'next')).toBeUndefined();
});
