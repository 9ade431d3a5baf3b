import { expect, test } from 'vitest';
import { openHttp, readAll, readUntil, serve } from './http-world.ts';

/** As a server sends a path in UTF-8; readUntil and readAll tell bytes as latin-1. */
const STREET = Buffer.from('/straße/ü').toString('latin1');
const NAME = Buffer.from('Zoë').toString('latin1');

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test.each([
  ['GET', ''],
  ['PUT', 'Content-Length: 3\r\n'],
  ['POST', 'Transfer-Encoding: chunked\r\n'],
  ['POST', ''],
])('bytes above 127 in the fields of a %s with "%s" arrive as they were sent', async (method, framing) => {
  const world = await openHttp();
  world.client.write(bytesOf(`${method} / HTTP/1.1\r\nHost: a\r\nX-Name: ${NAME}\r\n${framing}\r\n`));
  expect(await readUntil(world.service, /\r\n\r\n/)).toContain(`X-Name: ${NAME}\r\n`);
});

test('a Content-Disposition arrives as it was sent, also behind a Content-Length, both ways', async () => {
  const world = await openHttp();
  const fields = `Content-Length: 1\r\nContent-Disposition: attachment; filename="${NAME}"\r\n\r\n`;
  world.client.write(bytesOf(`PUT / HTTP/1.1\r\nHost: a\r\n${fields}x`));
  expect(await readUntil(world.service, /\r\n\r\nx/)).toContain(`filename="${NAME}"\r\n`);
  world.service.write(bytesOf(`HTTP/1.1 200 OK\r\n${fields}x`));
  expect(await readUntil(world.client, /\r\n\r\nx/)).toContain(`filename="${NAME}"\r\n`);
});

test.each([
  ['GET', '302 Found', 'Content-Length: 0\r\n', ''],
  ['GET', '200 Fine', 'Content-Length: 1\r\n', 'x'],
  ['GET', '200 Fine', 'Transfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\n\r\n'],
  ['GET', '304 Not Modified', '', ''],
  ['GET', '204 No Content', '', ''],
  ['HEAD', '200 Fine', 'Content-Length: 7\r\n', ''],
])('bytes above 127 in an answer to %s (%s, "%s") arrive as they were sent', async (method, status, framing, body) => {
  const world = await openHttp();
  world.client.write(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write(bytesOf(`HTTP/1.1 ${status} ${NAME}\r\nLocation: ${STREET}\r\n${framing}\r\n${body}`));
  const text = await readUntil(world.client, /\r\n\r\n/);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} ${NAME}\r\n`));
  expect(text).toContain(`Location: ${STREET}\r\n`);
});

test('bytes above 127 in trailers arrive as they were sent, both ways', async () => {
  const world = await openHttp();
  const chunked = 'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n';
  world.client.write(bytesOf(`POST / HTTP/1.1\r\nHost: a\r\n${chunked}X-Up: ${NAME}\r\n\r\n`));
  expect(await readUntil(world.service, /0\r\n.*\r\n\r\n/)).toContain(`X-Up: ${NAME}\r\n`);
  world.service.write(bytesOf(`HTTP/1.1 200 OK\r\n${chunked}X-Down: ${NAME}\r\n\r\n`));
  expect(await readUntil(world.client, /0\r\n.*\r\n\r\n/)).toContain(`X-Down: ${NAME}\r\n`);
});

test('bytes above 127 in the handshake of a websocket, agreed or declined, and in a hint arrive as they were sent', async () => {
  const asks = bytesOf(
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Name: ${NAME}\r\n\r\n`,
  );
  const agreed = await openHttp();
  agreed.client.write(asks);
  expect(await readUntil(agreed.service, /\r\n\r\n/)).toContain(`X-Name: ${NAME}\r\n`);
  agreed.service.write(
    bytesOf(`HTTP/1.1 101 ${NAME}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Name: ${NAME}\r\n\r\n`),
  );
  expect(await readUntil(agreed.client, /\r\n\r\n/)).toMatch(new RegExp(`101 ${NAME}\r\n.*X-Name: ${NAME}\r\n`));

  const declined = await openHttp();
  declined.client.write(asks);
  await readUntil(declined.service, /\r\n\r\n/);
  declined.service.write(bytesOf(`HTTP/1.1 403 ${NAME}\r\nX-Name: ${NAME}\r\nContent-Length: 2\r\n\r\nno`));
  expect((await readAll(declined.client)).text).toMatch(new RegExp(`403 ${NAME}\r\nX-Name: ${NAME}\r\n[\\s\\S]*no$`));

  const hinted = await openHttp();
  hinted.client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await readUntil(hinted.service, /\r\n\r\n/);
  hinted.service.write(bytesOf(`HTTP/1.1 103 Early Hints\r\nLink: <${STREET}>; rel=preload\r\n\r\n`));
  expect(await readUntil(hinted.client, /\r\n\r\n/)).toContain(`Link: <${STREET}>; rel=preload\r\n`);
});

test('a target with bytes that no URL has is answered with what to do', async () => {
  const world = await openHttp();
  world.client.write(bytesOf(`GET ${STREET} HTTP/1.1\r\nHost: a\r\n\r\n`));
  expect((await readAll(world.client)).text).toMatch(/^HTTP\/1\.1 400 [\s\S]*percent-encode/);
});

test.each([
  'GET / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\nContent-Length: 1\r\n\r\na',
  'GET / HTTP/1.0\r\nTrailer: X\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
])('a request with Trailer and no trailers is answered: %j', async (request) => {
  const world = await openHttp();
  serve(world, (_incoming, response) => response.end('hi')).on('upgrade', (_incoming, socket) => {
    socket.end('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nhi');
  });
  world.client.write(request);
  const text = await readUntil(world.client, /hi/);
  expect(text).toMatch(/^HTTP\/1\.1 (200|403)/);
});

test.each([
  ['HEAD', '1.1', 'HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['GET', '1.1', 'HTTP/1.1 304 Not Modified\r\nTrailer: X\r\n\r\n'],
  ['GET', '1.1', 'HTTP/1.1 304 Not Modified\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['GET', '1.1', 'HTTP/1.1 200 OK\r\nTrailer: X\r\nContent-Length: 0\r\n\r\n'],
  ['GET', '1.0', 'HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\n\r\n'],
])('an answer with Trailer and no trailers passes: to %s in HTTP/%s, %j', async (method, version, answer) => {
  const world = await openHttp();
  world.client.write(`${method} / HTTP/${version}\r\nHost: a\r\n\r\n`);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write(answer);
  const text = await readUntil(world.client, /\r\n\r\n/);
  expect(text.slice(0, 13)).toBe(answer.slice(0, 13).replace('1.0', '1.1'));
  expect(text).not.toContain('Trailer');
});
