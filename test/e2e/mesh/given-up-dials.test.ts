import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@mdns-ambassador/mdns';
import { expect, onTestFinished, test } from 'vitest';
import { type Caller, Door, Mesh, MeshDialler, MeshKey } from '../../../packages/mesh/src/index.ts';
import { dial, type Leg, resetLeg, splice } from '../../../packages/relay/src/index.ts';

const DIALS = 200;
/** Of what a handshake takes on this machine: dials are given up at each of its steps. */
const LONGEST_PATIENCE = 1.5;
/** The quickest of so many counts: the first compile the code. */
const MEASURED = 5;

async function listenOn(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test.each(['ambassador/2', 'ambassador/1'])(
  'a dial by %s that is given up, at whatever moment, leaves nothing at the announcer',
  { timeout: 480_000 },
  async (protocol) => {
    const mesh = new Mesh({ kind: 'keys', current: new MeshKey(randomBytes(32)) }, { clock: systemClock });
    const member = await mesh.join('announce', 'thing');
    const door = new Door({ member, clock: systemClock, onEvent: () => undefined });
    const service = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined).resume();
      socket.on('end', () => socket.end());
    });
    const servicePort = await listenOn(service);
    let [carried, done] = [0, 0];
    const serve = async (caller: Caller): Promise<void> => {
      carried += 1;
      const upstream = await dial({ kind: 'tcp', address: '127.0.0.1', port: servicePort }, { timeoutMs: 5_000 });
      upstream.on('error', () => undefined);
      caller.answer('ready');
      await splice(caller.leg, upstream).finished;
      done += 1;
    };
    // Whoever has not closed: callers before they were heard, too, and who was given up amid a handshake, which has 5 s.
    const [callers, connections] = [new Set<Leg>(), new Set<Socket>()];
    const announcer = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, async (raw) => {
      connections.add(raw.once('close', () => connections.delete(raw)));
      const admitted = await door.admit(raw, new AbortController().signal).catch(() => undefined);
      if (admitted?.kind === 'caller') await serve(admitted);
      else
        admitted?.receive((arrival) => {
          const { leg } = arrival;
          callers.add(leg);
          leg.once('close', () => callers.delete(leg));
          void arrival.hear().then(serve, () => undefined);
        });
    });
    const target = { kind: 'tcp', address: '127.0.0.1', port: await listenOn(announcer) } as const;
    const createDialler = (): MeshDialler =>
      new MeshDialler({ mesh, service: 'thing', warm: 0, protocols: [protocol] });
    let handshakeMs = Number.POSITIVE_INFINITY;
    for (let count = 0; count < MEASURED; count++) {
      const measured = createDialler();
      const begunAt = performance.now();
      const kind = await new Promise((resolve) => {
        measured.startDial(target, 60_000, (result) => {
          handshakeMs = Math.min(handshakeMs, performance.now() - begunAt);
          if (result.kind === 'connected') resetLeg(result.socket);
          resolve(result.kind);
        });
      });
      expect(kind).toBe('connected');
      measured.close();
    }
    const dialler = createDialler();
    onTestFinished(() => {
      dialler.close();
      door.close();
      member.close();
    });
    for (let count = 0; count < DIALS; count++) {
      const giveUp = dialler.startDial(target, 5_000, (result) => {
        if (result.kind === 'connected') resetLeg(result.socket);
      });
      const until = performance.now() + Math.random() * LONGEST_PATIENCE * handshakeMs;
      while (performance.now() < until) await new Promise(setImmediate);
      giveUp();
    }
    await expect.poll(() => carried, { timeout: 30_000 }).toBeGreaterThan(MEASURED);
    await expect.poll(() => carried - done, { timeout: 30_000 }).toBe(0);
    await expect.poll(() => callers.size, { timeout: 30_000 }).toBe(0);
    dialler.close();
    await expect.poll(() => connections.size, { timeout: 30_000 }).toBe(0);
  },
);
