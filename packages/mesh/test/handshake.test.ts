import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { probeLeg, RelayError, splice } from '@mdns-ambassador/relay';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectSecure } from '../src/client/connect-secure.ts';
import type { KeyRing } from '../src/key-ring.ts';
import { cutBundle } from '../src/keys/bundle.ts';
import { ALPN, STREAMS_ALPN } from '../src/member.ts';
import { PeerIdentity } from '../src/peer-identity.ts';
import { MemoryLeg, readAll } from './leg-pair.ts';
import {
  createDialler,
  createMesh,
  createRing,
  dialOnce,
  exchange,
  TARGET,
  TestAnnouncer,
  TestClock,
} from './mesh-fixture.ts';

/** Each with each, and with one of the version before streams. */
const WAYS = [
  { who: 'both know streams', announcing: {}, dialling: {} },
  { who: 'the proxy knows no streams', announcing: {}, dialling: { protocols: [ALPN] } },
  { who: 'the announcer knows no streams', announcing: { protocols: [ALPN] }, dialling: {} },
] as const;
/** Many records, and many times what a splice may hold. */
const MUCH_BYTES = 3_000_000;

describe.each(WAYS)('Between members of whom $who', ({ announcing, dialling }) => {
  test('bytes flow both ways after the announcer has said that it is ready', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'redis', announcing);
    const { dialler } = createDialler(mesh, { dial: announcer.dial, ...dialling });
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    expect(announcer.events).toEqual([]);
  });

  test('who has said all hears the answer to it', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'redis', announcing);
    announcer.serve = (caller) => {
      caller.answer('ready');
      caller.leg.resume().once('end', () => setImmediate(() => caller.leg.end('all of it')));
    };
    const { dialler } = createDialler(mesh, { dial: announcer.dial, ...dialling });
    const leg = await dialOnce(dialler);
    if (leg instanceof RelayError) throw leg;
    leg.end('question');
    expect(await readAll(leg)).toBe('all of it');
  });

  test('what a service says first comes behind the answer, however it was packed', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'redis', announcing);
    announcer.serve = ({ answer, leg }) => {
      answer('ready');
      leg.end('banner\n');
    };
    const { dialler } = createDialler(mesh, { dial: announcer.dial, ...dialling });
    const leg = await dialOnce(dialler);
    if (leg instanceof RelayError) throw leg;
    expect(await readAll(leg)).toBe('banner\n');
  });

  test('much data comes whole and in order through a splice whose reader is slow', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'redis', announcing);
    const { dialler } = createDialler(mesh, { dial: announcer.dial, ...dialling });
    const leg = await dialOnce(dialler);
    if (leg instanceof RelayError) throw leg;
    const [application, client] = MemoryLeg.pair();
    const { finished } = splice(client, leg);
    const sent = randomBytes(MUCH_BYTES);
    application.end(sent);
    const heard: Buffer[] = [];
    for await (const chunk of application) {
      heard.push(chunk);
      await nextTurn();
    }
    expect(Buffer.concat(heard).equals(sent)).toBe(true);
    expect(await finished).toEqual({ kind: 'ended' });
  });

  test.each(['busy', 'down', 'denied', 'draining'] as const)(
    '-%s fails the dial with a code of its own',
    async (answer) => {
      const mesh = createMesh();
      const announcer = await TestAnnouncer.open(mesh, 'redis', announcing);
      announcer.serve = (caller) => caller.answer(answer);
      const { dialler, quarantined } = createDialler(mesh, { dial: announcer.dial, ...dialling });
      expect(await dialOnce(dialler)).toMatchObject({ code: `MESH_${answer.toUpperCase()}` });
      // Who denies us is not asked again.
      expect(quarantined).toHaveLength(answer === 'denied' ? 1 : 0);
    },
  );

  test('a token of each role is enough', async () => {
    const { current } = createRing();
    const [announce, proxy] = await Promise.all([
      cutBundle([current], 'announce', 'redis'),
      cutBundle([current], 'proxy', 'redis'),
    ]);
    const announcer = await TestAnnouncer.open(createMesh({ kind: 'bundle', bundle: announce }), 'redis', announcing);
    const { dialler } = createDialler(createMesh({ kind: 'bundle', bundle: proxy }), {
      dial: announcer.dial,
      ...dialling,
    });
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
  });
});

describe('A connection that carries one client', () => {
  test('a reset passes through TLS as one, both ways', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    let served: MemoryLeg | undefined;
    announcer.serve = (caller) => {
      caller.answer('ready');
      served = announcer.legs.at(-1);
    };
    const { dialler } = createDialler(mesh, { dial: announcer.dial, protocols: [ALPN] });
    const leg = await dialOnce(dialler);
    if (leg instanceof RelayError) throw leg;
    leg.resetAndDestroy();
    await expect.poll(() => leg.destroyed).toBe(true);
    expect(announcer.legs.at(-2)?.wasReset).toBe(true);
    expect(served?.destroyed).toBe(true);
  });

  test('a reset that was taken for an end is seen when the peer is asked for', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const { dialler } = createDialler(mesh, { dial: announcer.dial, protocols: [ALPN] });
    const leg = await dialOnce(dialler);
    const raw: Duplex | undefined = announcer.legs.at(-2);
    if (leg instanceof RelayError || raw === undefined) throw leg;
    await expect.poll(() => leg.writableLength).toBe(0);
    probeLeg(leg);
    expect(leg.errored).toBeNull();
    raw._write = (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    probeLeg(leg);
    expect(leg.errored).toMatchObject({ code: 'EPIPE' });
  });
});

describe('While a key is rotated', () => {
  const previous = createRing().current;
  const { current } = createRing();
  const rings: Readonly<Record<string, KeyRing>> = {
    old: { kind: 'keys', current: previous },
    both: { kind: 'keys', current, previous },
    new: { kind: 'keys', current },
  };
  test.each([
    ['old', 'both'],
    ['both', 'old'],
    ['both', 'both'],
    ['both', 'new'],
    ['new', 'both'],
  ])(
    'an announcer with the %s key and a proxy with the %s key know each other, with a record or without',
    async (a, p) => {
      const announcer = await TestAnnouncer.open(createMesh(rings[a]));
      const { dialler } = createDialler(createMesh(rings[p]), { dial: announcer.dial });
      expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
      const common = createMesh(rings[a]).ids.find((id) => createMesh(rings[p]).ids.includes(id));
      expect(await exchange(await dialOnce(dialler, common), 'hello')).toBe('hello');
    },
  );

  test('members of the old key alone and of the new one alone do not', async () => {
    const announcer = await TestAnnouncer.open(createMesh(rings.old));
    const { dialler, quarantined } = createDialler(createMesh(rings.new), { dial: announcer.dial });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_IDENTITY' });
    expect(quarantined).toHaveLength(1);
  });

  test('who was in quarantine is dialled again when the keys are others', async () => {
    const announcer = await TestAnnouncer.open(createMesh(rings.old));
    const mesh = createMesh(rings.new);
    const { dialler } = createDialler(mesh, { dial: announcer.dial });
    await dialOnce(dialler);
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_QUARANTINE' });
    await mesh.change({ kind: 'keys', current, previous });
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
  });
});

describe('An announcer that dies', () => {
  test('while several wait for its word is dialled again at once', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    let asked = 0;
    const { serve } = announcer;
    announcer.serve = () => {
      asked += 1;
    };
    const { dialler, quarantined } = createDialler(mesh, { dial: announcer.dial });
    const waiting = [dialOnce(dialler), dialOnce(dialler), dialOnce(dialler)];
    await expect.poll(() => asked).toBe(3);
    for (const leg of announcer.legs) leg.destroy();
    for (const failed of await Promise.all(waiting)) expect(failed).toMatchObject({ code: 'MESH_REFUSED' });
    announcer.serve = serve;
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    expect(quarantined).toEqual([]);
  });
});

describe('Who is no member that may', () => {
  test('gets no byte, and is dialled no more once it proved to be somebody else', async () => {
    const announcer = await TestAnnouncer.open(createMesh());
    let dials = 0;
    const dial = (): ReturnType<typeof announcer.dial> => {
      dials += 1;
      return announcer.dial();
    };
    const { dialler, quarantined } = createDialler(createMesh(), { dial });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_IDENTITY' });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_QUARANTINE' });
    expect(dials).toBe(1);
    expect(quarantined).toMatchObject([{ service: 'redis', place: '10.99.0.1:7000', isFirst: true }]);
  });

  test.each([ALPN, STREAMS_ALPN])('does not inherit what a member has proved at the same place by %s', async (alpn) => {
    const mesh = createMesh();
    const [member, stranger] = [await TestAnnouncer.open(mesh), await TestAnnouncer.open(createMesh())];
    let announcer = member;
    const { dialler } = createDialler(mesh, { dial: () => announcer.dial(), protocols: [alpn] });
    expect(dialler.isProven(TARGET)).toBe(false);
    await exchange(await dialOnce(dialler), 'x');
    expect(dialler.isProven(TARGET)).toBe(true);
    expect(dialler.isProven({ ...TARGET, port: 1 })).toBe(false);
    announcer = stranger;
    for (const leg of member.legs) leg.destroy();
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_IDENTITY' });
    expect(dialler.isProven(TARGET)).toBe(false);
  });

  test('of another service is refused at both ends', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'postgres');
    const { dialler } = createDialler(mesh, { dial: announcer.dial });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_DENIED' });
    expect(announcer.events.map(({ reason }) => reason)).toEqual(['it asked for redis']);
    const bundle = await cutBundle([createRing().current], 'proxy', 'redis');
    const { dialler: withToken } = createDialler(createMesh({ kind: 'bundle', bundle }), { dial: announcer.dial });
    expect(await dialOnce(withToken)).toMatchObject({ code: 'MESH_IDENTITY' });
  });

  test('asks for another service than its certificate is for, and hears that it is denied', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const member = await mesh.join('proxy', 'redis');
    const { leg } = await connectSecure(
      announcer.connect(),
      member.papers(),
      new PeerIdentity(member, [ALPN]),
      'the announcer',
      new AbortController().signal,
    );
    leg.write('{"v":1,"svc":"postgres"}\nPING\r\n');
    expect(await readAll(leg)).toBe('-denied\n');
    expect(announcer.events.map(({ reason }) => reason)).toEqual(['it asked for postgres']);
    member.close();
  });

  test('has a leaf that has expired', async () => {
    const ring = createRing();
    const past = new TestClock();
    past.aheadMs = -48 * 3_600_000;
    const announcer = await TestAnnouncer.open(createMesh(ring));
    const { dialler } = createDialler(createMesh(ring, past), { dial: announcer.dial });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_REFUSED' });
    await expect
      .poll(() => announcer.events.map(({ reason }) => reason))
      .toEqual(['its certificate has expired (are the clocks of both right?)']);
  });

  test('does not speak TLS at all', async () => {
    const announcer = await TestAnnouncer.open(createMesh());
    const client = announcer.connect('10.99.0.7');
    client.write('PING\r\nPING\r\n');
    await readAll(client);
    await expect
      .poll(() => announcer.events)
      .toEqual([{ kind: 'refused', service: 'redis', address: '10.99.0.7', reason: 'it does not speak TLS' }]);
  });

  test('cannot make a proxy talk that expects a member', async () => {
    const [client, server] = MemoryLeg.pair();
    server.write('+\r\n-ERR unknown command\r\n');
    const { dialler } = createDialler(createMesh(), { dial: async () => client });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_IDENTITY' });
    expect(client.destroyed).toBe(true);
  });
});

describe('Warm connections', () => {
  async function arrange() {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const { dialler } = createDialler(mesh, { dial: announcer.dial, warm: 2, protocols: [ALPN] });
    const clock = mesh.clock as TestClock;
    expect(await exchange(await dialOnce(dialler), 'first')).toBe('first');
    return { mesh, announcer, dialler, clock };
  }

  test('are made beside the way of the first client, and serve the next ones without a handshake', async () => {
    const { announcer, dialler, clock } = await arrange();
    expect(announcer.legs).toHaveLength(2);
    await clock.advance(0);
    await expect.poll(() => announcer.door.warm).toBe(2);
    expect(announcer.legs).toHaveLength(6);
    expect(await exchange(await dialOnce(dialler), 'again')).toBe('again');
    expect(announcer.legs).toHaveLength(6);
  });

  test('whose announcer has left are passed over', async () => {
    const { announcer, dialler, clock } = await arrange();
    await clock.advance(0);
    await expect.poll(() => announcer.legs.length).toBe(6);
    for (const leg of announcer.legs) leg.destroy();
    expect(await exchange(await dialOnce(dialler), 'again')).toBe('again');
    expect(announcer.legs).toHaveLength(8);
  });

  test('are let go of when nobody needs them', async () => {
    const { announcer, clock } = await arrange();
    await clock.advance(0);
    await expect.poll(() => announcer.legs.length).toBe(6);
    await expect
      .poll(async () => {
        await clock.advance(45_000);
        return announcer.legs.slice(2).every((leg) => leg.destroyed);
      })
      .toBe(true);
  });

  test('of an announcer that is leaving are sent away', async () => {
    const { announcer, dialler, clock } = await arrange();
    await clock.advance(0);
    await expect.poll(() => announcer.legs.length).toBe(6);
    announcer.door.drain();
    announcer.isAway = true;
    await expect
      .poll(async () => {
        const leg = await dialOnce(dialler);
        return leg instanceof RelayError ? leg.code : 'connected';
      })
      .toBe('ECONNREFUSED');
  });
});

describe('A door', () => {
  /** A proxy's connection that is kept warm, and how its visit ends. */
  async function visitWarm() {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const member = await mesh.join('proxy', 'redis');
    onTestFinished(() => member.close());
    const [client, server] = MemoryLeg.pair();
    client.on('error', () => undefined);
    announcer.legs.push(client, server);
    const visit = new AbortController();
    const admitted = announcer.door.admit(server, visit.signal).catch((error: unknown) => error);
    const identity = new PeerIdentity(member, [ALPN]);
    const { leg } = await connectSecure(client, member.papers(), identity, 'it', new AbortController().signal);
    leg.write('{"v":1,"svc":"redis","warm":true}\n');
    await expect.poll(() => announcer.door.warm).toBe(1);
    return { announcer, leg, server, visit, admitted };
  }

  test('shakes no hands with who has gone, and tells nobody of it', async () => {
    const announcer = await TestAnnouncer.open(createMesh());
    const [client, server] = MemoryLeg.pair();
    client.on('error', () => undefined);
    server.remoteAddress = undefined;
    const admitted = announcer.door.admit(server, new AbortController().signal);
    await expect(admitted).rejects.toMatchObject({ code: 'ABORTED' });
    expect(server.wasReset).toBe(true);
    expect(announcer.events).toEqual([]);
  });

  test('lets go of who is kept warm at once when its visit is called off', async () => {
    const { announcer, server, visit, admitted } = await visitWarm();
    visit.abort();
    expect(await admitted).toMatchObject({ code: 'ABORTED' });
    expect(announcer.door.warm).toBe(0);
    await expect.poll(() => server.destroyed).toBe(true);
  });

  test('serves nobody whom it has sent away, though he had asked before he heard of it', async () => {
    const { announcer, leg, admitted } = await visitWarm();
    announcer.door.drain();
    leg.write('{"v":1,"svc":"redis"}\n');
    expect(await admitted).toMatchObject({ code: 'ABORTED' });
    expect(await readAll(leg)).toBe('-draining\n');
  });

  test('tells of who was kept warm and then asks for something else', async () => {
    const { announcer, leg, admitted } = await visitWarm();
    leg.write('{"v":1,"svc":"postgres"}\n');
    expect(await admitted).toMatchObject({ code: 'MESH_DENIED' });
    expect(announcer.events.map(({ reason }) => reason)).toEqual(['it asked for postgres']);
  });

  test('lets go at once of who ends before its handshake, as a race that another has won, and holds it against nobody', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh);
    const [client, server] = MemoryLeg.pair();
    announcer.legs.push(client, server);
    const admitted = announcer.door.admit(server, new AbortController().signal);
    await new Promise((resolve) => setImmediate(resolve));
    client.end();
    await expect(admitted).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.destroyed).toBe(true);
    await (mesh.clock as TestClock).advance(5_000);
    expect(announcer.events).toEqual([]);
  });

  test('waits five seconds for a handshake, and a second for a request', async () => {
    const mesh = createMesh();
    const clock = mesh.clock as TestClock;
    const announcer = await TestAnnouncer.open(mesh);
    const silent = announcer.connect();
    await clock.advance(4_900);
    expect(silent.readableEnded).toBe(false);
    await clock.advance(200);
    silent.resume();
    await expect.poll(() => silent.readableEnded || silent.destroyed).toBe(true);
    expect(announcer.events.map(({ reason }) => reason)).toEqual([
      'it did not finish a handshake within 5 s (has it the mesh key?)',
    ]);
  });

  test('shows out who is silent for a client of an address that has fewer places', async () => {
    const mesh = createMesh();
    const announcer = await TestAnnouncer.open(mesh, 'redis', {
      limits: { atOnce: 4, reserved: 0, atOncePerOrigin: 2, waiting: 4, failures: 2, failuresPerSecond: 0.001 },
    });
    const silent = ['10.99.0.7', '10.99.0.7', '10.99.0.8', '10.99.0.8'].map((address) => announcer.connect(address));
    const { dialler } = createDialler(mesh, { dial: announcer.dial });
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    for (const leg of silent) leg.resume();
    await expect
      .poll(() => silent.map((leg) => leg.readableEnded || leg.destroyed))
      .toEqual([true, false, false, false]);
    expect(announcer.events).toEqual([]);
  });

  test('lets in one after the other whose handshakes fail again and again, and others at once', async () => {
    const clock = new TestClock();
    const mesh = createMesh(createRing(), clock);
    const announcer = await TestAnnouncer.open(mesh, 'redis', {
      limits: { atOnce: 4, reserved: 0, atOncePerOrigin: 2, waiting: 4, failures: 2, failuresPerSecond: 0.001 },
    });
    const fail = async (): Promise<void> => {
      const client = announcer.connect('10.99.0.7');
      client.write('PING\r\nPING\r\n');
      await readAll(client);
    };
    for (let attempt = 1; attempt <= 3; attempt++) {
      await fail();
      await expect.poll(() => announcer.events.length).toBe(attempt);
    }
    const fourth = fail();
    const { dialler } = createDialler(mesh, { dial: announcer.dial });
    expect(await exchange(await dialOnce(dialler), 'hello')).toBe('hello');
    expect(announcer.events).toHaveLength(3);
    await clock.advance(25);
    await fourth;
    await expect.poll(() => announcer.events.length).toBe(4);
  });
});
