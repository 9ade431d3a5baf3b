import { ManualClock } from '@mdns-ambassador/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { type Admin, ANSWER_TIMEOUT_MS, createAdmin, MAX_ADMIN_CONNECTIONS, REQUEST_TIMEOUT_MS } from '../src/admin.ts';
import { RecentEvents } from '../src/recent-events.ts';
import type { Snapshot } from '../src/snapshot.ts';
import { ConnectionEnd } from './connection-pair.ts';
import { ALONE, PROCESS, snapshot } from './fixtures.ts';

const PORT = 9901;
const HOST = 'Host: localhost:9901';
const open: Admin[] = [];

afterEach(() => {
  for (const admin of open.splice(0)) admin.close();
});

function createWorld(take: () => Snapshot = () => snapshot()) {
  const clock = new ManualClock();
  const events = new RecentEvents();
  const admin = createAdmin({ process: PROCESS, startedAt: clock.now(), snapshot: take, events, lan: ALONE, clock });
  open.push(admin);
  const connect = (): ConnectionEnd => {
    const [client, server] = ConnectionEnd.pair(PORT);
    client.on('error', () => undefined);
    server.on('error', () => undefined);
    admin.serve(server);
    return client;
  };
  const ask = async (...lines: readonly string[]): Promise<string> => {
    const client = connect();
    client.write(`${lines.join('\r\n')}\r\n\r\n`);
    return readToEnd(client);
  };
  return { admin, events, clock, connect, ask };
}

async function readToEnd(client: ConnectionEnd): Promise<string> {
  let text = '';
  for await (const chunk of client) text += String(chunk);
  return text;
}

async function readUntil(client: ConnectionEnd, pattern: RegExp): Promise<string> {
  let text = '';
  while (!pattern.test(text)) {
    text += String(client.read() ?? '');
    await new Promise((resolve) => setImmediate(resolve));
  }
  return text;
}

describe('one request', () => {
  test('is answered, and the connection ends', async () => {
    const { ask } = createWorld();
    const answer = await ask('GET /healthz HTTP/1.1', HOST);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nContent-Length: 3\r\n/);
    expect(answer).toMatch(/\r\n\r\nok\n$/);
  });

  test('with HEAD gets the same without a body', async () => {
    const { ask } = createWorld();
    const answer = await ask('HEAD /v1/status HTTP/1.1', HOST);
    expect(answer).toMatch(/Content-Length: [1-9]\d+\r\n/);
    expect(answer).toMatch(/\r\n\r\n$/);
    expect(await ask('HEAD /v1/events HTTP/1.1', HOST)).toContain('text/event-stream');
  });

  test('gets the status as JSON', async () => {
    const { ask, clock } = createWorld();
    await clock.advance(3000);
    const [, body = ''] = (await ask('GET /v1/status HTTP/1.1', HOST)).split('\r\n\r\n');
    expect(JSON.parse(body)).toMatchObject({ version: '0.1.0', uptimeSeconds: 3, services: [{ service: 'redis' }] });
  });

  test.each([
    ['a foreign Host', ['GET / HTTP/1.1', 'Host: evil.example:9901'], 403],
    ['the wrong port', ['GET / HTTP/1.1', 'Host: localhost:9902'], 403],
    ['two Hosts', ['GET / HTTP/1.1', HOST, 'Host: evil.example'], 403],
    ['no Host in HTTP/1.0', ['GET / HTTP/1.0'], 403],
    ['an Origin', ['GET / HTTP/1.1', HOST, 'Origin: http://localhost:9901'], 403],
    ['a method that changes things', ['POST / HTTP/1.1', HOST], 405],
    ['a body', ['GET / HTTP/1.1', HOST, 'Content-Length: 5', '', 'hello'], 413],
    ['an endless body', ['GET / HTTP/1.1', HOST, 'Transfer-Encoding: chunked'], 413],
    ['an upgrade', ['GET /nowhere HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket'], 404],
    ['no HTTP at all', ['\u0016\u0003\u0001'], 400],
    ['headers without end', ['GET / HTTP/1.1', HOST, `X: ${'x'.repeat(20_000)}`], 431],
  ])('with %s is refused', async (_, lines, status) => {
    const { ask } = createWorld();
    expect(await ask(...lines)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('is the only one of its connection', async () => {
    const { ask } = createWorld();
    const answer = await ask('GET /healthz HTTP/1.1', HOST, '', 'GET /v1/status HTTP/1.1', HOST);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(answer).not.toContain('uptimeSeconds');
  });

  test('that finds a broken snapshot gets 500, and the next one is answered', async () => {
    const { ask } = createWorld(() => {
      throw new Error('no snapshot');
    });
    expect(await ask('GET /v1/status HTTP/1.1', HOST)).toMatch(/^HTTP\/1\.1 500 /);
    expect(await ask('GET /healthz HTTP/1.1', HOST)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('who takes too long', () => {
  test('to ask is cut off', async () => {
    const { connect, clock } = createWorld();
    const client = connect();
    client.write('GET / HT');
    await clock.advance(REQUEST_TIMEOUT_MS - 1);
    client.write('TP/1.1\r\n');
    await clock.advance(1);
    expect(await readToEnd(client)).toBe('');
  });

  test('to read is cut off', async () => {
    const { connect, clock } = createWorld();
    const client = connect();
    client.write(`GET /metrics HTTP/1.1\r\n${HOST}\r\n\r\n`);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(ANSWER_TIMEOUT_MS);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('while somebody holds more connections than there are', () => {
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  test.each(['', 'GET /healthz HTTP/1.1\r\nX: '])('that have said %j, one who asks is answered', async (said) => {
    const { ask, connect } = createWorld();
    for (let held = 0; held < 400; held++) {
      const client = connect();
      if (said !== '') client.write(said);
    }
    await settle();
    expect(await ask('GET /healthz HTTP/1.1', HOST)).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await ask('GET /metrics HTTP/1.1', HOST)).toContain('ambassador_');
  });

  test('that are answered and not read, or follow the events, one who asks is answered', async () => {
    const { events, ask, connect } = createWorld();
    const followers = Array.from({ length: 16 }, () => connect());
    for (const client of followers) client.write(`GET /v1/events HTTP/1.1\r\n${HOST}\r\n\r\n`);
    await Promise.all(followers.map((client) => readUntil(client, /uptimeSeconds/)));
    for (let held = 0; held < 400; held++) connect().write(`GET / HTTP/1.1\r\n${HOST}\r\n\r\n`);
    await settle();
    expect(await ask('GET /healthz HTTP/1.1', HOST)).toMatch(/^HTTP\/1\.1 200 OK/);
    events.add({ event: 'endpoint-added', service: 'redis' }, 0);
    await Promise.all(followers.map((client) => readUntil(client, /endpoint-added/)));
  });

  test('no more of them are kept than there are', async () => {
    const { connect, clock } = createWorld();
    for (let held = 0; held < 400; held++) connect();
    await settle();
    expect(clock.pendingTimers).toBe(MAX_ADMIN_CONNECTIONS);
  });
});

describe('events', () => {
  test('come as they happen, after where things stand', async () => {
    const { events, connect, clock } = createWorld();
    const client = connect();
    client.write(`GET /v1/events HTTP/1.1\r\n${HOST}\r\n\r\n`);
    expect(await readUntil(client, /uptimeSeconds/)).toContain('data: {"event":"status","version":"0.1.0"');
    events.add({ event: 'endpoint-added', service: 'redis' }, 0);
    expect(await readUntil(client, /endpoint-added/)).toContain('data: {"event":"endpoint-added","service":"redis"}');
    await clock.advance(60_000);
    expect(await readUntil(client, /alive/)).toContain(': alive');
  });

  test('that were before are told on the page, as people are told of them', async () => {
    const { ask, events } = createWorld();
    events.add({ event: 'endpoint-added' }, 0, 'found <redis>');
    events.add({ event: 'endpoint-updated' }, 0);
    const page = await ask('GET / HTTP/1.1', HOST);
    expect(page).toMatch(/<li class="good"><time [^>]*>[^<]*<\/time> found &lt;redis&gt;<\/li>/);
    expect(page.match(/<li class="good">/g)).toHaveLength(1);
  });

  test('of the network are whole pictures, and the first comes at once', async () => {
    const { ask, connect, clock } = createWorld();
    expect(JSON.parse((await ask('GET /v1/lan/self HTTP/1.1', HOST)).split('\r\n\r\n')[1] ?? '')).toMatchObject({
      machine: { name: 'h2' },
    });
    const client = connect();
    client.write(`GET /v1/lan/events HTTP/1.1\r\n${HOST}\r\n\r\n`);
    const picture = {
      machines: [{ name: '10.99.0.1' }, { name: 'h2', known: 'self', proxies: [{ service: 'redis' }] }],
    };
    const read = async (): Promise<unknown> =>
      JSON.parse(/data: (.*)\n\n/.exec(await readUntil(client, /data: .*\n\n/))?.[1] ?? '');
    expect(await read()).toMatchObject(picture);
    await clock.advance(1_000);
    expect(await read()).toMatchObject({ ...picture, links: [{ service: 'redis', active: 2, state: 'ready' }] });
    client.destroy();
  });
});

test('who asks for OpenMetrics gets it, and the process is measured too', async () => {
  const { ask } = createWorld();
  const plain = await ask('GET /metrics HTTP/1.1', HOST);
  expect(plain).toContain('Content-Type: text/plain; version=0.0.4; charset=utf-8');
  expect(plain).toContain('process_resident_memory_bytes');
  const open = await ask('GET /metrics HTTP/1.1', HOST, 'Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1');
  expect(open).toContain('Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(open).toContain('# TYPE process_cpu_user_seconds counter');
  expect(open).toMatch(/\n# EOF\n$/);
  // The library renames what it has told in the other format.
  expect(await ask('GET /metrics HTTP/1.1', HOST)).toContain('process_cpu_user_seconds_total ');
});

test('closed, it ends what it serves, serves nobody and leaves no timer', async () => {
  const { admin, connect, clock } = createWorld();
  const following = connect();
  following.write(`GET /v1/events HTTP/1.1\r\n${HOST}\r\n\r\n`);
  await readUntil(following, /uptimeSeconds/);
  const silent = connect();
  admin.close();
  admin.close();
  await readToEnd(following);
  expect(await readToEnd(silent)).toBe('');
  expect(await readToEnd(connect())).toBe('');
  expect(clock.pendingTimers).toBe(0);
});
