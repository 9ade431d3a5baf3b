import { once } from 'node:events';
import { connect, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { formatRequest } from '../src/handshake/preamble.ts';
import { ALPN } from '../src/member.ts';
import { createMesh, createRing, TestAnnouncer } from './mesh-fixture.ts';

/** A proxy's end of the handshake, made by hand: with these papers, and a session of before. */
function shakeHands(
  announcer: TestAnnouncer,
  tls: SecureContextOptions,
  servername: string,
  session?: Buffer,
): TLSSocket {
  const socket = connect({
    ...tls,
    socket: announcer.connect(),
    servername,
    ALPNProtocols: [ALPN],
    checkServerIdentity: () => undefined,
    ...(session === undefined ? {} : { session }),
  });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('no session is resumed: what OpenSSL hands out after a handshake opens nothing, with a certificate or without', async () => {
  const ring = createRing();
  const mesh = createMesh(ring);
  const announcer = await TestAnnouncer.open(mesh);
  const member = await createMesh(ring).join('proxy', 'redis');
  onTestFinished(() => member.close());
  const { tls } = member.papers();
  const name = `${mesh.ids[0]}.ambassador`;
  const sessions: Buffer[] = [];
  const first = shakeHands(announcer, tls, name);
  first.on('session', (session) => sessions.push(session));
  await once(first, 'secureConnect');
  first.write(formatRequest({ service: 'redis', warm: false }));
  await once(first, 'data');
  expect(first.isSessionReused()).toBe(false);
  // OpenSSL's two; Node has no switch for them.
  expect(sessions.length).toBeGreaterThan(0);
  for (const [index, session] of sessions.entries()) {
    const again = shakeHands(announcer, tls, name, session);
    await once(again, 'secureConnect');
    expect(again.isSessionReused()).toBe(false);
    const { key: _, cert: __, ...nobody } = tls;
    shakeHands(announcer, nobody, name, session).resume();
    await expect.poll(() => announcer.events.length).toBe(index + 1);
  }
  expect(announcer.events.map(({ reason }) => reason)).toEqual(sessions.map(() => 'it showed no certificate'));
});
