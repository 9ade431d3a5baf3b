import { answerTo, FakeService, failDial, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createHttpCheck } from '../src/http.ts';

const signal = new AbortController().signal;
const respond = (head: string, body = ''): FakeService =>
  new FakeService(answerTo(/\r\n\r\n$/, `HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`));

describe('The http check', () => {
  const services = {
    well: respond('200 OK', 'fine'),
    unwell: respond('503 Service Unavailable'),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createHttpCheck(TARGET, '/health', services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('It asks for the path, as the host that it dials, on a connection that ends', async () => {
  let heard = '';
  const service = new FakeService((connection) => {
    connection.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      connection.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
  });
  await createHttpCheck(TARGET, '/health?deep=1', service.dial).run(signal);
  expect(heard).toMatch(/^GET \/health\?deep=1 HTTP\/1\.1\r\n/);
  expect(heard.toLowerCase()).toContain('host: 127.0.0.1:12345\r\n');
  expect(heard.toLowerCase()).toContain('connection: close\r\n');
});

test.each([200, 204, 301, 302, 399])('%i passes, and a redirect is not followed', async (status) => {
  const service = respond(`${status} x\r\nLocation: http://elsewhere.example/`);
  expect(await createHttpCheck(TARGET, '/', service.dial).run(signal)).toEqual({ ok: true });
  expect(service.dials).toBe(1);
});

test.each([400, 404, 500, 503])('%i fails with the status in the reason', async (status) => {
  expect(await createHttpCheck(TARGET, '/health', respond(`${status} x`).dial).run(signal)).toMatchObject({
    ok: false,
    reason: `GET /health on 127.0.0.1:12345 answers ${status}`,
  });
});

test('A body without end is left after 64 KiB, with the status as the verdict', async () => {
  const service = new FakeService((connection) => {
    const pour = (): void => {
      if (!connection.destroyed) connection.write('x'.repeat(16_384), () => setImmediate(pour));
    };
    connection.once('data', () => {
      connection.write('HTTP/1.1 200 OK\r\n\r\n');
      pour();
    });
  });
  expect(await createHttpCheck(TARGET, '/', service.dial).run(signal)).toEqual({ ok: true });
  await new Promise((resolve) => setImmediate(resolve));
  expect(service.openConnections).toBe(0);
});

test('A body that never ends passes when the time is up', async () => {
  const abort = new AbortController();
  const service = new FakeService((connection) => {
    connection.once('data', () => {
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour', () => setImmediate(() => abort.abort()));
    });
  });
  expect(await createHttpCheck(TARGET, '/', service.dial).run(abort.signal)).toEqual({ ok: true });
});

test.each([
  ['what is no HTTP', '+PONG\r\n'],
  ['headers without bound', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`],
  ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
])('It fails on %s', async (_, answer) => {
  const service = new FakeService(answerTo(/\r\n\r\n$/, answer));
  expect(await createHttpCheck(TARGET, '/', service.dial).run(signal)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('127.0.0.1:12345 does not answer GET / as an HTTP server does'),
  });
});

test('A path that HTTP does not allow is a failure, not an error', async () => {
  const outcome = await createHttpCheck(TARGET, '/a b', respond('200 OK').dial).run(signal);
  expect(outcome.ok).toBe(false);
});

test('A server that is not there is told as such', async () => {
  expect(await createHttpCheck(TARGET, '/', failDial('ECONNREFUSED')).run(signal)).toMatchObject({
    ok: false,
    reason: 'nothing listens on 127.0.0.1:12345 (connection refused)',
  });
});
