import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Leg, probeLeg } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { MemoryLeg } from '../../relay/test/memory-leg.ts';
import { startTls } from '../src/start-tls.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from './test-certificate.ts';

const FOREVER = new AbortController().signal;

interface Opened {
  readonly server: TLSSocket;
  readonly upstream: Duplex;
  readonly secured: Promise<Leg>;
}

function open(serverName = 'db.test'): Opened {
  const [service, upstream] = MemoryLeg.pair();
  for (const leg of [service, upstream]) leg.on('error', () => undefined);
  const server = new TLSSocket(service, { isServer: true, key: CERTIFICATE_KEY, cert: CERTIFICATE });
  server.on('error', () => undefined);
  return { server, upstream, secured: startTls(upstream, { ca: CERTIFICATE, serverName }, FOREVER) };
}

test('bytes pass both ways once the service has shown its certificate', async () => {
  const { server, secured } = open();
  const leg = await secured;
  server.pipe(server);
  leg.write('hello');
  leg.resume();
  const [heard] = await new Promise<unknown[]>((resolve) => leg.once('data', (...words) => resolve(words)));
  expect(String(heard)).toBe('hello');
  leg.destroy();
});

test('a certificate for another name is refused', async () => {
  const { secured } = open('other.test');
  await expect(secured).rejects.toThrow('its certificate is for another name');
});

test('a service that breaks off while nobody listens ends the connection, and not the process', async () => {
  const { secured } = open();
  const leg = await secured;
  // As while a password is hashed, between two words of a login.
  leg.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  await new Promise((resolve) => leg.once('close', resolve));
  expect(leg.errored).toMatchObject({ code: 'ECONNRESET' });
});

test('a reset that was taken for an end is seen when the service is asked for', async () => {
  const { upstream, secured } = open();
  const leg = await secured;
  await expect.poll(() => leg.writableLength + upstream.writableLength).toBe(0);
  probeLeg(leg);
  expect(leg.errored).toBeNull();
  upstream._write = (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  probeLeg(leg);
  expect(leg.errored).toMatchObject({ code: 'EPIPE' });
});
