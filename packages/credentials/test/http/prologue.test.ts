import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { bearer, ChangingSecret, openHttp, readAll, readUntil, serve } from './http-world.ts';

const GET = 'GET /a?b HTTP/1.1\r\nHost: web:8080\r\nAuthorization: Basic mine\r\nX-Mixed-Case: 1\r\n\r\n';
/** An answer that is its head alone: nothing of it is left where the head has been read. */
const EMPTY = { 'Content-Length': 0 };
const GET_LAST = GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

async function collect(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}

afterEach(() => {
  vi.useRealTimers();
});

test('a request has the credentials and no others, and is what it was otherwise', async () => {
  const world = await openHttp();
  const seen: unknown[] = [];
  serve(world, (incoming, response) => {
    seen.push(incoming.method, incoming.url, incoming.rawHeaders);
    response.writeHead(200, 'Fine', { 'X-Answer': 'yes' });
    response.end('hello');
  });
  world.client.write(GET_LAST);
  const { text, isReset } = await readAll(world.client);
  expect(seen).toEqual([
    'GET',
    '/a?b',
    ['Host', 'web:8080', 'X-Mixed-Case', '1', 'Authorization', 'Bearer t0ken', 'Connection', 'keep-alive'],
  ]);
  expect(text).toMatch(/^HTTP\/1\.1 200 Fine\r\nX-Answer: yes\r\n/);
  expect(text).toContain('hello');
  expect(isReset).toBe(false);
  world.client.end();
  expect(await world.splice.finished).toEqual({ kind: 'ended' });
});

test('basic credentials are those of RFC 7617', async () => {
  const world = await openHttp({
    protocol: 'http',
    scheme: 'basic',
    username: 'Aladdin',
    password: new ChangingSecret('open sesame'),
  });
  world.client.write(GET);
  expect(await readUntil(world.service, /\r\n\r\n/)).toContain('Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n');
});

test('requests on one connection, also ahead of their answers, are answered in order over one connection', async () => {
  const world = await openHttp();
  const paths: unknown[] = [];
  serve(world, (incoming, response) => {
    paths.push(incoming.url, incoming.headers.authorization);
    setImmediate(() => response.end(`<${incoming.url}>`));
  });
  world.client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
  await readUntil(world.client, /<\/1>[\s\S]*<\/2>/);
  world.client.write('GET /3 HTTP/1.1\r\nHost: a\r\n\r\n');
  await readUntil(world.client, /<\/3>/);
  expect(paths).toEqual(['/1', 'Bearer t0ken', '/2', 'Bearer t0ken', '/3', 'Bearer t0ken']);
});

test('bodies arrive whole in every chunking, with a length and chunked', async () => {
  const places = fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(places, fc.boolean(), fc.string({ maxLength: 60 }), async (cuts, isChunked, text) => {
      const body = Buffer.from(text);
      const world = await openHttp();
      serve(world, async (incoming, response) => response.end(`[${await collect(incoming)}]`));
      const framed = isChunked
        ? `Transfer-Encoding: chunked\r\n\r\n${body.length === 0 ? '' : `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n`}0\r\n\r\n`
        : `Content-Length: ${body.length}\r\n\r\n${body.toString('latin1')}`;
      const request = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framed}`, 'latin1');
      const answer = readAll(world.client);
      let from = 0;
      for (const to of [...cuts.sort((a, b) => a - b), request.length]) {
        if (to > from) world.client.write(request.subarray(from, to));
        from = Math.max(from, to);
      }
      expect((await answer).text).toContain(`[${body.toString('latin1')}]`);
    }),
    { numRuns: 60 },
  );
});

test('a body arrives whole although its bytes are only lent until they are taken', async () => {
  const world = await openHttp();
  const size = 50_000;
  world.front.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  const lent = Buffer.alloc(size, 'a');
  world.front.write(lent, () => lent.fill('!'));
  let text = '';
  while (text.length < size) text += await readUntil(world.service, /./);
  expect(text.includes('!')).toBe(false);
});

test('trailers go both ways', async () => {
  const world = await openHttp();
  serve(world, async (incoming, response) => {
    await collect(incoming);
    response.writeHead(200, { Trailer: 'X-Sum' });
    response.write('a');
    response.addTrailers({ 'X-Sum': `${incoming.trailers['x-up']}!` });
    response.end();
  });
  world.client.write(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Up: 7\r\nAuthorization: z\r\n\r\n',
  );
  expect(await readUntil(world.client, /X-Sum: 7!\r\n\r\n/)).toContain('Trailer: X-Sum');
});

test('a client is told to go on only when the service says so', async () => {
  const world = await openHttp();
  const server = serve(world, () => undefined);
  server.on('checkContinue', async (incoming, response) => {
    response.writeContinue();
    response.end(await collect(incoming));
  });
  world.client.write('PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  expect(await readUntil(world.client, /\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  world.client.write('body');
  expect(await readUntil(world.client, /body/)).toContain('200 OK');
});

test('a body that the service does not want is not asked for, and the connection ends', async () => {
  const world = await openHttp();
  const server = serve(world, () => undefined);
  server.on('checkContinue', (_incoming, response) => response.writeHead(413).end());
  world.client.write('PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  const { text } = await readAll(world.client);
  expect(text).toContain('413');
  expect(text).toContain('Connection: close');
});

test.each([
  ['HEAD', 200, 'Content-Length: 5'],
  ['GET', 204, 'X-A: b'],
  ['GET', 304, 'ETag: "x"'],
])('%s with %i has no body, and the next request is answered', async (method, status, field) => {
  const world = await openHttp();
  serve(world, (incoming, response) => {
    if (incoming.url === '/next') {
      response.end('next');
      return;
    }
    const [name = '', value = ''] = field.split(': ');
    response.writeHead(status, { [name]: value });
    response.end();
  });
  world.client.write(`${method} / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
  const text = await readUntil(world.client, /next/);
  expect(text).toContain(`${field}\r\n`);
  expect(text.split('\r\n\r\n')[1]).toMatch(/^HTTP\/1\.1 200 OK/);
});

test('an answer to HTTP/1.0 ends with its connection', async () => {
  const world = await openHttp();
  serve(world, (_incoming, response) => {
    response.write('a');
    response.end('b');
  });
  world.client.write('GET / HTTP/1.0\r\n\r\n');
  const { text, isReset } = await readAll(world.client);
  expect(text).toMatch(/\r\n\r\nab$/);
  expect(text).not.toContain('chunked');
  expect(isReset).toBe(false);
});

test('a service that closes after its answer closes the client, cleanly', async () => {
  const world = await openHttp();
  world.client.write(GET);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.end('HTTP/1.0 200 OK\r\n\r\nall of it');
  const { text, isReset } = await readAll(world.client);
  expect(text).toContain('all of it');
  expect(text).toContain('Connection: close');
  expect(isReset).toBe(false);
});

test('a service that closes between requests closes the client, cleanly', async () => {
  const world = await openHttp();
  world.client.write(GET);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  await readUntil(world.client, /\r\n\r\n/);
  world.service.end();
  expect(await readAll(world.client)).toEqual({ text: '', isReset: false });
});

test('a service that closes with requests unanswered has its last answer arrive whole, and then the end', async () => {
  const world = await openHttp();
  world.client.write(`${GET}${GET}`);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const { text } = await readAll(world.client);
  expect(text).toMatch(/\r\n\r\nok$/);
});

test.each([
  ['before an answer', ''],
  ['within the head', 'HTTP/1.1 200 OK\r\nContent-'],
  ['within a body of a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
  ['within chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
])('a service that closes %s looks like no clean end', async (_when, said) => {
  for (const close of ['end', 'reset'] as const) {
    const world = await openHttp();
    world.client.write(GET);
    await readUntil(world.service, /\r\n\r\n/);
    if (said !== '') world.service.write(said);
    await new Promise(setImmediate);
    if (close === 'end') world.service.end();
    else world.service.resetAndDestroy();
    const { text, isReset } = await readAll(world.client);
    expect(isReset).toBe(true);
    expect(text).not.toContain('0\r\n\r\n');
  }
});

test("a client's reset resets the service", async () => {
  const world = await openHttp();
  world.client.write(GET);
  await readUntil(world.service, /\r\n\r\n/);
  const end = readAll(world.service);
  world.client.resetAndDestroy();
  expect((await end).isReset).toBe(true);
  await world.splice.finished;
});

test.each([
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'chunks and a length',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
  ],
  ['lines that end with LF', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['one line that ends with LF', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
  ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n'],
  ['a length twice', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc'],
  ['a list of lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc'],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks under another name', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['another coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ['a bare CR', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('%s: the request is refused with 400, and the service hears nothing of it', async (_what, request) => {
  const world = await openHttp();
  world.client.write(request);
  const { text, isReset } = await readAll(world.client);
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(isReset).toBe(false);
  expect(world.service.read()).toBeNull();
});

test.each([
  ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['too long a head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
])('%s is refused', async (_what, request, status) => {
  const world = await openHttp();
  world.client.write(request);
  expect((await readAll(world.client)).text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(world.service.read()).toBeNull();
});

test('a client that speaks TLS is told so, and so is the log', async () => {
  const world = await openHttp();
  world.client.write(Buffer.from('16030100c8010000c40303', 'hex'));
  expect((await readAll(world.client)).text).toContain('takes no TLS');
  expect(world.events).toEqual([{ kind: 'tls-client', protocol: 'http' }]);
});

test('a broken body resets what it belongs to', async () => {
  const world = await openHttp();
  const end = readAll(world.service);
  world.client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nA\r\n');
  expect((await readAll(world.client)).text).toMatch(/^(HTTP\/1\.1 400|$)/);
  await end;
});

test.each([
  ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
  ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['another protocol, unasked,', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
])('an answer with %s becomes 502', async (_what, answer) => {
  const world = await openHttp();
  world.client.write(GET);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write(answer);
  expect((await readAll(world.client)).text).toMatch(/^HTTP\/1\.1 502 Bad Gateway/);
});

test('what a service says unasked is never an answer', async () => {
  const world = await openHttp();
  world.service.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  const { text, isReset } = await readAll(world.client);
  expect(text).toBe('');
  expect(isReset).toBe(true);
});

test('a 401 reaches the client and has the secret read again, once', async () => {
  const token = new ChangingSecret('old', 'new');
  const world = await openHttp(bearer(token));
  serve(world, (incoming, response) => {
    response.writeHead(incoming.headers.authorization === 'Bearer new' ? 200 : 401, EMPTY).end();
  });
  world.client.write(GET);
  expect(await readUntil(world.client, /\r\n\r\n/)).toContain('401');
  await vi.waitFor(() => expect(token.reads).toBe(1));
  world.client.write(GET);
  expect(await readUntil(world.client, /\r\n\r\n/)).toContain('200');
  expect(world.events).toEqual([]);
});

test('a secret that stays wrong is told once and not read for every request', async () => {
  const token = new ChangingSecret('wrong');
  const world = await openHttp(bearer(token));
  serve(world, (_incoming, response) => response.writeHead(401, EMPTY).end());
  for (let count = 0; count < 3; count += 1) {
    world.client.write(GET);
    await readUntil(world.client, /\r\n\r\n/);
  }
  expect(token.reads).toBe(1);
  expect(world.events).toEqual([
    { kind: 'refused', protocol: 'http', destination: 'web on h1', reason: '401 Unauthorized' },
  ]);
});

test('a token that no header can carry is not sent', async () => {
  const world = await openHttp(bearer(new ChangingSecret('a\r\nX: b')));
  world.client.write(GET);
  expect((await readAll(world.client)).text).toMatch(/^HTTP\/1\.1 502/);
  expect(world.service.read()).toBeNull();
});

test('a websocket has the credentials in its handshake and is byte for byte after it', async () => {
  const world = await openHttp();
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  world.client.write(
    `GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\n\r\nearly`,
  );
  const request = await readUntil(world.service, /\r\n\r\n/);
  expect(request).toContain('Authorization: Bearer t0ken\r\n');
  expect(request).toContain('Connection: Upgrade\r\nUpgrade: websocket\r\n');
  expect(request).toContain(`Sec-WebSocket-Key: ${key}\r\n`);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  world.service.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nfrom the service`,
  );
  const answer = await readUntil(world.client, /from the service/);
  expect(answer).toContain(`Sec-WebSocket-Accept: ${accept}\r\n`);
  expect(answer).toContain('Connection: Upgrade\r\nUpgrade: websocket\r\n');
  expect(await readUntil(world.service, /early/)).toBe('early');
  world.client.end('bye');
  expect((await readAll(world.service)).text).toBe('bye');
  world.service.end('so long');
  expect((await readAll(world.client)).text).toBe('so long');
  expect(await world.splice.finished).toEqual({ kind: 'ended' });
});

test('a websocket that is declined has the answer, and its connection ends', async () => {
  const world = await openHttp();
  world.client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
  const { text, isReset } = await readAll(world.client);
  expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*\r\n\r\nno$/);
  expect(isReset).toBe(false);
  world.client.end();
  expect((await readAll(world.service)).isReset).toBe(false);
  await expect.poll(() => world.upstream.destroyed).toBe(true);
});

test('a service that leaves instead of answering a websocket takes the client with it', async () => {
  const world = await openHttp();
  world.client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await readUntil(world.service, /\r\n\r\n/);
  world.service.end();
  expect(await readAll(world.client)).toEqual({ text: '', isReset: true });
  await expect.poll(() => world.upstream.destroyed).toBe(true);
});

test('another protocol that a client offers is not taken up, and its request is answered', async () => {
  const world = await openHttp();
  const seen: unknown[] = [];
  serve(world, async (incoming, response) => {
    seen.push(incoming.headers.upgrade, incoming.headers['http2-settings']);
    response.end(`[${await collect(incoming)}]`);
  });
  world.client.write(
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nContent-Length: 2\r\n\r\nhi',
  );
  expect(await readUntil(world.client, /\[hi\]/)).toContain('200 OK');
  expect(seen).toEqual([undefined, undefined]);
});

test('a head that does not end is not waited for, a stream is', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const slow = await openHttp();
  slow.client.write('GET / HTTP/1.1\r\n');
  await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await readAll(slow.client)).text).toMatch(/^HTTP\/1\.1 408/);
  slow.client.end();
  await slow.splice.finished;

  const streaming = await openHttp();
  streaming.client.write(GET);
  await readUntil(streaming.service, /\r\n\r\n/);
  await vi.advanceTimersByTimeAsync(3_600_000);
  streaming.service.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');
  expect(await readUntil(streaming.client, /a\r\n/)).toContain('200 OK');
  await vi.advanceTimersByTimeAsync(3_600_000);
  streaming.service.write('1\r\nz\r\n');
  await readUntil(streaming.client, /z\r\n/);
});

test('a client that is slow to read its answer is not taken for one that is slow to ask', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const world = await openHttp();
  const body = 'x'.repeat(12_000);
  world.client.write(GET);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  // Meanwhile the splice asks whether anybody is there.
  for (let minute = 0; minute < 5; minute++) await vi.advanceTimersByTimeAsync(60_000);
  expect((await readUntil(world.client, /x$/)).length).toBeGreaterThan(0);
  world.client.write(GET_LAST);
  await readUntil(world.service, /\r\n\r\n/);
  world.service.write('HTTP/1.1 204 No Content\r\n\r\n');
  const { text } = await readAll(world.client);
  expect(text).toContain('204 No Content');
  expect(text).not.toContain('408');
});

test('a client of HTTP/1.0 gets one answer, whatever is said before it', async () => {
  const world = await openHttp();
  world.client.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
  await readUntil(world.service, /\r\n\r\n/);
  for (const early of ['100 Continue\r\n', '102 Processing\r\n', '103 Early Hints\r\nLink: </a>; rel=preload\r\n'])
    world.service.write(`HTTP/1.1 ${early}\r\n`);
  world.service.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
  const { text } = await readAll(world.client);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhi$/);
});

test('the last answer is there for a client that is slow to read it, and not for one that talks on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const answerLast = async () => {
    const world = await openHttp();
    world.client.write(GET_LAST);
    await readUntil(world.service, /\r\n\r\n/);
    world.service.write('HTTP/1.1 200 OK\r\nContent-Length: 12000\r\n\r\n');
    world.service.end('x'.repeat(12_000));
    return world;
  };
  const slow = await answerLast();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await readAll(slow.client)).toMatchObject({ text: expect.stringMatching(/x{12000}$/), isReset: false });
  slow.client.end();
  expect(await slow.splice.finished).toEqual({ kind: 'ended' });

  const talking = await answerLast();
  await readAll(talking.client);
  talking.client.write('GET /more HTTP/1.1\r\n');
  await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await talking.splice.finished).toMatchObject({ kind: 'reset', by: 'upstream' });
});

test('a side that does not read stops the other, however long the body', async () => {
  const world = await openHttp();
  world.client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n');
  const chunk = Buffer.alloc(10_000);
  let sent = 0;
  while (sent < 10_000_000 && world.client.writableLength < 100_000) {
    world.client.write(chunk);
    sent += chunk.length;
    await new Promise(setImmediate);
  }
  expect(sent).toBeLessThan(1_000_000);

  const other = await openHttp();
  other.client.write(GET);
  await readUntil(other.service, /\r\n\r\n/);
  other.service.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
  let received = 0;
  while (received < 10_000_000 && other.service.writableLength < 100_000) {
    other.service.write(chunk);
    received += chunk.length;
    await new Promise(setImmediate);
  }
  expect(received).toBeLessThan(1_000_000);
});

test('requests ahead of their answers are not taken without end', async () => {
  const world = await openHttp();
  const flood = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4_000));
  world.client.write(flood);
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  expect(world.client.writableLength + world.splice.bytesUp).toBeGreaterThan(0);
  const answered = serveCounting(world);
  await readUntilCount(world.client, 4_000);
  expect(answered()).toBe(4_000);
});

function serveCounting(world: Parameters<typeof serve>[0]): () => number {
  let count = 0;
  serve(world, (_incoming, response) => {
    count += 1;
    response.end();
  });
  return () => count;
}

async function readUntilCount(leg: Parameters<typeof readUntil>[0], count: number): Promise<void> {
  let text = '';
  while (text.split('HTTP/1.1 200').length - 1 < count) text += await readUntil(leg, /./);
}

test('an empty line after a body, as old browsers send it, begins no request (RFC 9112 2.2)', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const world = await openHttp();
  serve(world, async (incoming, response) => response.end(`<${incoming.method} ${await collect(incoming)}>`));
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx';
  world.client.write(`${post}\r\n${GET}`);
  await readUntil(world.client, /<POST x>[\s\S]*<GET >/);
  world.client.write(post);
  await readUntil(world.client, /<POST x>/);
  world.client.write('\r\n');
  await vi.advanceTimersByTimeAsync(3_600_000);
  world.client.write(GET);
  await readUntil(world.client, /<GET >/);
});
