import { type Leg, RelayError, resetLeg } from '@mdns-ambassador/relay';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectSecure } from '../src/client/connect-secure.ts';
import { ALPN, STREAMS_ALPN } from '../src/member.ts';
import { PeerIdentity } from '../src/peer-identity.ts';
import { encodeFrame, type FrameKind, StreamFrameReader } from '../src/streams/frame.ts';
import { MAX_OPENED } from '../src/streams/session.ts';
import { MemoryLeg, readAll } from './leg-pair.ts';
import {
  createDialler,
  createMesh,
  createRing,
  dialOnce,
  exchange,
  TARGET,
  TestAnnouncer,
  type TestClock,
} from './mesh-fixture.ts';
import { settle } from './streams/session-fixture.ts';

/** Two legs are one connection. */
const CONNECTION = 2;

async function arrange(warm = 0) {
  const mesh = createMesh();
  const announcer = await TestAnnouncer.open(mesh);
  const { dialler, quarantined } = createDialler(mesh, { dial: announcer.dial, warm });
  const clock = mesh.clock as TestClock;
  return { mesh, announcer, dialler, quarantined, clock };
}

/** A proxy's connection with streams, which says what the test writes. */
async function arrangePeer() {
  const mesh = createMesh();
  const announcer = await TestAnnouncer.open(mesh);
  const member = await mesh.join('proxy', 'redis');
  onTestFinished(() => member.close());
  const identity = new PeerIdentity(member, [STREAMS_ALPN]);
  const connect = async (address: string): Promise<Leg> => {
    const raw = announcer.connect(address);
    const { leg, protocol } = await connectSecure(raw, member.papers(), identity, 'it', new AbortController().signal);
    expect(protocol).toBe(STREAMS_ALPN);
    leg.on('error', () => undefined);
    leg.resume();
    return leg;
  };
  return { mesh, announcer, leg: await connect('10.99.0.7'), connect, clock: mesh.clock as TestClock };
}

/** The kinds of the frames that come, each of which is whole in its chunk. */
function listKinds(leg: Leg): readonly FrameKind[] {
  const kinds: FrameKind[] = [];
  const reader = new StreamFrameReader();
  leg.on('data', (chunk: Buffer) => void reader.push(chunk, ({ kind }) => kinds.push(kind) > 0));
  return kinds;
}

/** Who waits goes on when it is opened. */
function createGate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

describe('Streams', () => {
  test('serve all clients of a place on one connection, also those who come at once', async () => {
    const { announcer, dialler } = await arrange();
    const legs = await Promise.all(Array.from({ length: 20 }, () => dialOnce(dialler)));
    expect(announcer.legs).toHaveLength(CONNECTION);
    const said = await Promise.all(legs.map((leg, index) => exchange(leg, `word ${index}`)));
    expect(said).toEqual(legs.map((_, index) => `word ${index}`));
  });

  test('are on two connections where some are kept beside the way of clients', async () => {
    const { announcer, dialler, clock } = await arrange(2);
    await exchange(await dialOnce(dialler), 'first');
    await clock.advance(0);
    await expect.poll(() => announcer.legs.length).toBe(2 * CONNECTION);
    for (let count = 0; count < 10; count++) await exchange(await dialOnce(dialler), 'next');
    expect(announcer.legs).toHaveLength(2 * CONNECTION);
  });

  test('that are more than a connection may have are on others, and on no more than it takes, also where all come at once', async () => {
    const { announcer, dialler } = await arrange();
    const legs = await Promise.all(Array.from({ length: 4 * MAX_OPENED + 1 }, () => dialOnce(dialler)));
    expect(legs.filter((leg) => leg instanceof RelayError)).toEqual([]);
    expect(announcer.legs).toHaveLength(5 * CONNECTION);
  });

  test('of a connection that was cut are cut, and the next ones are on another', async () => {
    const { announcer, dialler, quarantined } = await arrange();
    const leg = await dialOnce(dialler);
    await exchange(leg, 'hello');
    if (leg instanceof RelayError) throw leg;
    announcer.legs.at(-1)?.resetAndDestroy();
    await expect.poll(() => leg.errored).toMatchObject({ code: 'ECONNRESET' });
    expect(await exchange(await dialOnce(dialler), 'again')).toBe('again');
    expect(quarantined).toEqual([]);
  });

  test('that nobody has answered are opened anew where their connection is lost', async () => {
    const { announcer, dialler } = await arrange();
    await exchange(await dialOnce(dialler), 'hello');
    const { serve } = announcer;
    let asked = 0;
    announcer.serve = () => {
      asked += 1;
    };
    const waiting = dialOnce(dialler);
    await expect.poll(() => asked).toBe(1);
    announcer.serve = serve;
    announcer.legs.at(-1)?.resetAndDestroy();
    expect(await exchange(await waiting, 'again')).toBe('again');
  });

  test('are opened on another connection where nobody has answered on theirs for a while', async () => {
    const { announcer, dialler, clock } = await arrange();
    await exchange(await dialOnce(dialler), 'hello');
    // The host of the announcer has vanished, without a word.
    for (const leg of announcer.legs) leg._write = (_chunk, _encoding, done) => done();
    const lost = dialOnce(dialler);
    await clock.advance(251);
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    expect(announcer.legs).toHaveLength(2 * CONNECTION);
    await clock.advance(5_000);
    expect(await lost).toMatchObject({ code: 'DIAL_TIMEOUT' });
  });

  test('are given up one by one', async () => {
    const { announcer, dialler } = await arrange();
    await exchange(await dialOnce(dialler), 'hello');
    let asked = 0;
    announcer.serve = ({ leg }) => {
      asked += 1;
      leg.on('close', () => {
        asked -= 1;
      });
    };
    const giveUp = dialler.startDial(TARGET, 5_000, () => {
      throw new Error('it was given up');
    });
    await expect.poll(() => asked).toBe(1);
    giveUp();
    await expect.poll(() => asked).toBe(0);
    expect(announcer.legs.every((leg) => !leg.destroyed)).toBe(true);
  });

  test('go on where both ends get other papers, and new ones are on a connection with these', async () => {
    const { mesh, announcer, dialler } = await arrange();
    const before = await dialOnce(dialler);
    expect(await exchange(before, 'hello')).toBe('hello');
    const { current } = createRing();
    const [previous] = mesh.ring.kind === 'keys' ? [mesh.ring.current] : [];
    await mesh.change({ kind: 'keys', current, ...(previous === undefined ? {} : { previous }) });
    expect(await exchange(await dialOnce(dialler), 'again')).toBe('again');
    expect(announcer.legs).toHaveLength(2 * CONNECTION);
    expect(await exchange(before, 'hello')).toBe('hello');
  });

  test('are on a connection with the papers that count, also where its handshake had begun with others', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const connected = createGate();
    const dial = async (): Promise<Leg> => {
      const leg = await announcer.dial();
      await connected.passed;
      return leg;
    };
    const { dialler } = createDialler(mesh, { dial });
    const waiting = dialOnce(dialler);
    await expect.poll(() => announcer.legs.length).toBe(CONNECTION);
    const [previous] = mesh.ring.kind === 'keys' ? [mesh.ring.current] : [];
    await mesh.change({ kind: 'keys', current: createRing().current, ...(previous === undefined ? {} : { previous }) });
    connected.open();
    expect(await exchange(await waiting, 'hello')).toBe('hello');
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    expect(announcer.legs).toHaveLength(2 * CONNECTION);
    await expect.poll(() => announcer.legs.slice(0, 2).every(({ destroyed }) => destroyed)).toBe(true);
  });

  test('that were dialled before the proxy closed leave no connection behind', async () => {
    const mesh = createMesh();
    const former = await TestAnnouncer.open(mesh, 'redis', { protocols: [ALPN] });
    const later = await TestAnnouncer.open(mesh);
    const connected = createGate();
    let announcer = former;
    const dial = async (): Promise<Leg> => {
      const leg = await announcer.dial();
      if (announcer === later) await connected.passed;
      return leg;
    };
    const { dialler } = createDialler(mesh, { dial });
    await exchange(await dialOnce(dialler), 'hello');
    announcer = later;
    const waiting = dialOnce(dialler);
    await expect.poll(() => later.legs.length).toBe(CONNECTION);
    dialler.close();
    connected.open();
    const leg = await waiting;
    if (leg instanceof RelayError) throw leg;
    resetLeg(leg);
    await expect.poll(() => later.legs.every(({ destroyed }) => destroyed)).toBe(true);
  });

  test('are let go of with their connection when nobody has had one for 45 s', async () => {
    const { announcer, dialler, clock } = await arrange();
    const leg = await dialOnce(dialler);
    if (leg instanceof RelayError) throw leg;
    await exchange(leg, 'hello');
    resetLeg(leg);
    await clock.advance(44_999);
    await settle(20);
    expect(announcer.legs.some(({ destroyed }) => destroyed)).toBe(false);
    await clock.advance(1);
    await expect.poll(() => announcer.legs.every(({ destroyed }) => destroyed)).toBe(true);
    expect(announcer.legs.some(({ wasReset }) => wasReset)).toBe(false);
  });

  test('of an announcer that leaves are served to their end, and no more are', async () => {
    const { announcer, dialler } = await arrange();
    const leg = await dialOnce(dialler);
    await exchange(leg, 'hello');
    announcer.door.drain();
    announcer.isAway = true;
    await expect
      .poll(async () => {
        const next = await dialOnce(dialler);
        return next instanceof RelayError ? next.code : 'connected';
      })
      .toBe('ECONNREFUSED');
    expect(await exchange(leg, 'still')).toBe('still');
    if (leg instanceof RelayError) throw leg;
    leg.end();
    await readAll(leg);
    await expect.poll(() => announcer.legs.every(({ destroyed }) => destroyed)).toBe(true);
    expect(announcer.legs.some(({ wasReset }) => wasReset)).toBe(false);
  });

  test('are cut for who was removed from the mesh, and no more are opened', async () => {
    const { mesh, dialler, announcer } = await arrange();
    const leg = await dialOnce(dialler);
    await exchange(leg, 'hello');
    if (leg instanceof RelayError) throw leg;
    mesh.company.judgeBy(() => true);
    expect(await dialOnce(dialler)).toBeInstanceOf(RelayError);
    mesh.company.dismiss();
    await expect.poll(() => leg.destroyed).toBe(true);
    expect(announcer.legs.slice(0, 2).every(({ destroyed }) => destroyed)).toBe(true);
  });

  test('are spoken of again where an announcer is of a later version by now, and no more where it is of a former one', async () => {
    const mesh = createMesh();
    const [former, later] = [
      await TestAnnouncer.open(mesh, 'redis', { protocols: [ALPN] }),
      await TestAnnouncer.open(mesh),
    ];
    let announcer = former;
    const { dialler } = createDialler(mesh, { dial: () => announcer.dial() });
    for (const [next, connections] of [
      [former, 2],
      [later, 1],
      [former, 2],
    ] as const) {
      for (const leg of announcer.legs) leg.destroy();
      announcer.legs.length = 0;
      announcer = next;
      for (let times = 0; times < 2; times++) expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
      expect(announcer.legs).toHaveLength(connections * CONNECTION);
    }
  });
});

describe('A door', () => {
  test.each([
    ['{"v":1,"svc":"postgres"}\n', 'it asked for postgres', '-denied\n'],
    ['GET / HTTP/1.1\r\n', 'its request is no JSON', '-denied\n'],
  ])('tells of a stream that asks with %j, and of no other', async (request, reason, answer) => {
    const { announcer, leg } = await arrangePeer();
    const heard = new Promise<string>((resolve) => {
      leg.on('data', (chunk: Buffer) => resolve(chunk.subarray(8).toString('latin1')));
    });
    leg.write(encodeFrame('open', 1, Buffer.from(request)));
    expect(await heard).toContain(answer);
    expect(announcer.events.map((event) => event.reason)).toEqual([reason]);
    expect(leg.destroyed).toBe(false);
  });

  test('resets a stream that asks for nothing within a second, and leaves the others', async () => {
    const { leg, clock } = await arrangePeer();
    const kinds: number[] = [];
    leg.on('data', (chunk: Buffer) => kinds.push(chunk[0] ?? -1));
    leg.write(encodeFrame('open', 1, Buffer.from('{"v":1')));
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return kinds;
      })
      .toEqual([4]);
    expect(leg.destroyed).toBe(false);
  });

  test('hangs up on who breaks the protocol of streams, says so once, and counts it like a failed handshake', async () => {
    const { announcer, leg } = await arrangePeer();
    leg.write(encodeFrame('data', 9, Buffer.from('x')));
    await readAll(leg);
    await expect
      .poll(() => announcer.events)
      .toEqual([
        {
          kind: 'refused',
          service: 'redis',
          address: '10.99.0.7',
          reason: 'it sent a frame of a stream that it cannot be about',
        },
      ]);
  });

  test('is no way to keep connections: one that carries nothing is ended after a minute', async () => {
    const { leg, clock } = await arrangePeer();
    await clock.advance(1_000);
    await clock.advance(59_000);
    expect(leg.readableEnded).toBe(false);
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return leg.readableEnded || leg.destroyed;
      })
      .toBe(true);
  });

  test('takes no more streams of whose certificate has ended, and serves those that are there', async () => {
    const { leg, clock } = await arrangePeer();
    const kinds = listKinds(leg);
    const request = Buffer.from('{"v":1,"svc":"redis"}\n');
    leg.write(encodeFrame('open', 1, request));
    await expect.poll(() => kinds).toEqual(['data']);
    clock.aheadMs = 25 * 3_600_000;
    leg.write(encodeFrame('open', 2, request));
    await expect.poll(() => kinds.toSorted()).toEqual(['data', 'drain', 'reset']);
    leg.write(encodeFrame('data', 1, Buffer.from('x')));
    await expect.poll(() => kinds.toSorted()).toEqual(['data', 'data', 'drain', 'reset']);
  });

  test('keeps 32 connections of one address that carry nothing', async () => {
    const { announcer, leg, connect, clock } = await arrangePeer();
    const idle = [leg];
    while (idle.length < 33) idle.push(await connect('10.99.0.7'));
    const other = await connect('10.99.0.8');
    await Promise.all(announcer.admissions);
    await clock.advance(1_000);
    await expect.poll(() => idle.filter(({ readableEnded }) => readableEnded)).toHaveLength(1);
    expect(other.readableEnded).toBe(false);
  });

  test('a proxy dials no more who breaks the protocol of streams', async () => {
    const mesh = createMesh();
    const member = await mesh.join('announce', 'redis');
    onTestFinished(() => member.close());
    const { SecureAcceptor } = await import('../src/server/accept-secure.ts');
    const acceptor = new SecureAcceptor(member, STREAMS_ALPN);
    onTestFinished(() => acceptor.close());
    const dial = async (): Promise<MemoryLeg> => {
      const [client, server] = MemoryLeg.pair();
      client.on('error', () => undefined);
      void acceptor.accept(server, new AbortController().signal).then(({ leg }) => {
        leg.write('HTTP/1.1 400 Bad Request\r\n');
        leg.resume();
      });
      return client;
    };
    const { dialler, quarantined } = createDialler(mesh, { dial });
    expect(await dialOnce(dialler)).toBeInstanceOf(RelayError);
    await expect
      .poll(() => quarantined)
      .toMatchObject([{ place: '10.99.0.1:7000', reason: expect.stringContaining('sent a frame of a kind') }]);
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_QUARANTINE' });
  });
});
