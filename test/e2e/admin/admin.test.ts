import type { Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, runProgram, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { ADMIN_ADDRESS, askAdmin, readMetric, untilReadiness } from './admin-client.ts';

await labTest('each path of the admin shows what runs', { hosts: 2, needs: ['curl'] }, async (lan) => {
  const { h2 } = await startPair(lan);
  expect(await askAdmin(h2, '/healthz')).toEqual({ status: 200, body: 'ok\n' });
  expect(await askAdmin(h2, '/readyz')).toEqual({ status: 200, body: 'ready\n' });
  const status = JSON.parse((await askAdmin(h2, '/v1/status')).body);
  expect(status).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    uptimeSeconds: expect.any(Number),
    pid: expect.any(Number),
    command: 'proxy',
    platform: 'linux',
    hostName: 'h2',
    phase: 'running',
    unready: [],
    meshes: [],
    announcements: [],
    services: [
      {
        service: 'thing',
        listen: ['127.0.0.1:7000', '[::1]:7000'],
        engine: 'node',
        balance: 'p2c',
        endpoints: [
          {
            service: 'thing',
            address: '10.99.0.1',
            port: 7000,
            instance: 'thing on h1',
            priority: 0,
            weight: 0,
            secure: false,
            source: 'mdns',
            state: 'ready',
            active: 0,
            total: 1,
            failures: 0,
            bytesUp: 'who\n'.length,
            bytesDown: 'h1\n'.length,
          },
        ],
        connections: { active: 0, accepted: 1, failed: 0, retried: 0, dropped: 0, overload: 0 },
        bytesUp: 'who\n'.length,
        bytesDown: 'h1\n'.length,
        ready: true,
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ],
  });
  const dashboard = await askAdmin(h2, '/', '-i');
  expect(dashboard.status).toBe(200);
  expect(dashboard.body).toContain('thing on h1');
  expect(dashboard.body).toMatch(/^Content-Security-Policy: default-src 'none'; /m);
  expect((await askAdmin(h2, '/nowhere')).status).toBe(404);
});

await labTest('metrics are true, and Prometheus takes them', { hosts: 2, needs: ['curl', 'promtool'] }, async (lan) => {
  const { h2 } = await startPair(lan);
  const { body } = await askAdmin(h2, '/metrics');
  expect(readMetric(body, 'ambassador_connections_accepted_total{service="thing"}')).toBe(1);
  expect(readMetric(body, 'ambassador_connections_active{service="thing"}')).toBe(0);
  expect(readMetric(body, 'ambassador_bytes_total{service="thing",direction="up"}')).toBe('who\n'.length);
  expect(readMetric(body, 'ambassador_bytes_total{service="thing",direction="down"}')).toBe('h1\n'.length);
  expect(readMetric(body, 'ambassador_dial_duration_seconds_count{service="thing"}')).toBe(1);
  expect(readMetric(body, 'ambassador_endpoints{service="thing",state="ready"}')).toBe(1);
  const endpoint = 'service="thing",endpoint="10.99.0.1:7000",name="thing on h1"';
  expect(readMetric(body, `ambassador_endpoint_bytes_total{${endpoint},direction="down"}`)).toBe('h1\n'.length);
  expect(
    readMetric(body, 'ambassador_source_last_update_timestamp_seconds{service="thing",source="mdns"}'),
  ).toBeCloseTo(Date.now() / 1_000, -2);
  expect(readMetric(body, 'ambassador_mdns_packets_total{direction="received"}')).toBeGreaterThan(0);
  expect(readMetric(body, 'process_resident_memory_bytes')).toBeGreaterThan(0);
  expect(await h2.run('promtool', ['check', 'metrics'], { input: body })).toMatchObject({ code: 0, stderr: '' });
});

await labTest(
  'Prometheus finds services by the admin, and reads it',
  { hosts: 2, needs: ['curl', 'promtool'] },
  async (lan) => {
    const { h2, announcing } = await startPair(lan);
    const config = JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [
        { job_name: 'ambassador', static_configs: [{ targets: [ADMIN_ADDRESS] }] },
        {
          job_name: 'things',
          http_sd_configs: [{ url: `http://${ADMIN_ADDRESS}/v1/http_sd?service=thing`, refresh_interval: '1s' }],
          relabel_configs: [{ source_labels: ['__meta_ambassador_instance'], target_label: 'name' }],
        },
      ],
    });
    await h2.read('tee', ['/run/prometheus.yml'], { input: config });
    const prometheus = h2.spawn('prometheus', [
      '--config.file=/run/prometheus.yml',
      '--storage.tsdb.path=/run/tsdb',
      '--web.listen-address=127.0.0.1:9090',
    ]);
    const ask = async (path: string): Promise<unknown> =>
      JSON.parse((await h2.run('curl', ['-s', `http://127.0.0.1:9090/api/v1/${path}`])).stdout || '{}');
    const found = (names: readonly string[]) => ({
      data: { activeTargets: names.map((name) => ({ labels: { name }, scrapeUrl: 'http://10.99.0.1:7000/metrics' })) },
    });
    await expect.poll(() => ask('targets?scrapePool=things')).toMatchObject(found(['thing on h1']));
    await expect
      .poll(() => ask('query?query=ambassador_connections_accepted_total'))
      .toMatchObject({ data: { result: [{ metric: { service: 'thing' }, value: [expect.any(Number), '1'] }] } });
    // What it reads is OpenMetrics, which it asks for.
    await expect
      .poll(() => ask('targets?scrapePool=ambassador'))
      .toMatchObject({ data: { activeTargets: [{ health: 'up', lastError: '' }] } });
    await announcing.stop();
    await expect.poll(() => ask('targets?scrapePool=things')).toMatchObject(found([]));
    await prometheus.stop();
  },
);

await labTest('bytes of a connection that is open count already', { hosts: 2, needs: ['curl'] }, async (lan) => {
  const { h2 } = await startPair(lan);
  await startProgram(h2, 'unread', '127.0.0.1', '7000');
  const { body } = await askAdmin(h2, '/metrics');
  expect(readMetric(body, 'ambassador_connections_active{service="thing"}')).toBe(1);
  expect(readMetric(body, 'ambassador_bytes_total{service="thing",direction="down"}')).toBeGreaterThan('h1\n'.length);
});

await labTest('web pages get nothing', { hosts: 2, needs: ['curl'] }, async (lan) => {
  const h2 = lan.host(2);
  await proxy(h2, 'thing:7000', '--admin', ADMIN_ADDRESS);
  const strangers = [
    ['-H', 'Host: evil.example'],
    ['-H', 'Host: evil.example:9901'],
    ['-H', 'Host: 127.0.0.1.evil.example:9901'],
    ['-H', 'Host: 127.0.0.1'],
    ['-H', `Origin: http://${ADMIN_ADDRESS}`],
    ['-H', 'Origin: null'],
    ['-H', 'Sec-Fetch-Site: cross-site', '-H', 'Sec-Fetch-Dest: image'],
  ];
  for (const path of ['/', '/healthz', '/readyz', '/metrics', '/v1/status', '/v1/events', '/nowhere']) {
    for (const stranger of strangers) {
      const typed = [path, ...stranger].join(' ');
      expect.soft({ typed, status: (await askAdmin(h2, path, ...stranger)).status }).toEqual({ typed, status: 403 });
    }
  }
  for (const host of ['localhost:9901', '127.0.0.1:9901', '[::1]:9901']) {
    expect.soft((await askAdmin(h2, '/healthz', '-H', `Host: ${host}`)).status).toBe(200);
  }
  expect((await askAdmin(h2, '/healthz', '-X', 'POST')).status).toBe(405);
  expect((await askAdmin(h2, '/healthz', '-X', 'GET', '-d', 'body')).status).toBe(413);
});

await labTest('readiness follows the endpoints, and the events say why', { hosts: 2, needs: ['curl'] }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  await proxy(h2, 'thing:7000', '--admin', ADMIN_ADDRESS);
  expect(await askAdmin(h2, '/readyz')).toEqual({ status: 503, body: 'not ready: thing has no endpoint\n' });
  const events = h2.spawn('curl', ['-sN', `http://${ADMIN_ADDRESS}/v1/events`]);
  await events.line(/"event":"status"/);
  const announcing = await announce(h1, 'thing:7000');
  await events.line(/"event":"endpoint-added".*"thing on h1"/);
  await untilReadiness(h2, 200);
  await announcing.stop();
  await events.line(/"event":"endpoint-removed".*"thing on h1".*"reason":/);
  await untilReadiness(h2, 503);
});

await labTest('announce shows what it announces', { hosts: 1, needs: ['curl', 'promtool'] }, async (lan) => {
  const h1 = lan.host(1);
  const service = await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000', '--relay', '--admin', 'localhost:9901', '--txt', 'tier=gold');
  expect(await runProgram(h1, 'ask', ['10.99.0.1', '22000', 'who'])).toMatchObject({ answer: 'h1\n' });
  expect(announcing.stdout).toContain('admin on http://127.0.0.1:9901/ and http://[::1]:9901/');
  expect((await askAdmin(h1, '/readyz')).status).toBe(200);
  const status = async () => JSON.parse((await askAdmin(h1, '/v1/status')).body);
  expect(await status()).toMatchObject({
    services: [],
    announcements: [
      {
        service: 'thing',
        instance: 'thing on h1',
        type: '_thing._tcp',
        port: 22000,
        addresses: expect.arrayContaining(['10.99.0.1']),
        txt: { txtvers: '1', tier: 'gold' },
        state: 'announced',
      },
    ],
  });
  const metrics = await askAdmin(h1, '/metrics');
  expect(readMetric(metrics.body, 'ambassador_announcements{service="thing",state="announced"}')).toBe(1);
  expect(readMetric(metrics.body, 'ambassador_ingress_connections_accepted_total{service="thing"}')).toBe(1);
  expect(readMetric(metrics.body, 'ambassador_ingress_bytes_total{service="thing",direction="down"}')).toBe(3);
  expect(await h1.run('promtool', ['check', 'metrics'], { input: metrics.body })).toMatchObject({ code: 0 });
  service.kill('SIGKILL');
  await announcing.line(/withdrew/);
  expect((await status()).announcements).toMatchObject([{ state: 'withdrawn' }]);
});

await labTest(
  'an agent counts who is told, and dials that failed there',
  { hosts: 1, needs: ['curl', 'promtool'] },
  async (lan) => {
    const h1 = lan.host(1);
    const agent = spawnAmbassador(h1, ['agent', '--socket', '/run/agent.sock', '--admin', ADMIN_ADDRESS]);
    await agent.line(/serving what is on the network/, { stream: 'stdout' });
    await announce(h1, 'thing:7000', '--check', 'none');
    const proxying = await proxy(h1, 'thing:7001', '--from', 'agent:/run/agent.sock');
    await proxying.line(/found "thing on h1"/);
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7001', 'who'])).toMatchObject({ answer: '' });
    const read = async (name: string): Promise<number | undefined> =>
      readMetric((await askAdmin(h1, '/metrics')).body, `ambassador_agent_${name}`);
    await expect.poll(() => read('dial_failures_total')).toBeGreaterThan(0);
    expect(await read('readers')).toBe(1);
    expect(await read('readers_accepted_total')).toBe(1);
    expect(await read('lines_told_total')).toBeGreaterThan(0);
    const asking = ['--silent', '--max-time', '30', '--unix-socket', '/run/agent.sock', 'telnet://localhost'];
    await h1.run('curl', asking, { input: 'nonsense\n' });
    await expect.poll(() => read('readers_refused_total')).toBe(1);
    await proxying.stop();
    await expect.poll(() => read('readers')).toBe(0);
    const { body } = await askAdmin(h1, '/metrics');
    expect(await h1.run('promtool', ['check', 'metrics'], { input: body })).toMatchObject({ code: 0, stderr: '' });
  },
);

await labTest(
  'on a unix socket the admin is its owner’s alone, and takes a dead one’s place',
  { hosts: 1, needs: ['curl'] },
  async (lan) => {
    const h1 = lan.host(1);
    const args = ['thing:7000', '--admin', 'unix:/run/admin.sock'];
    const ask = async (path: string, ...rest: readonly string[]): Promise<string> =>
      await h1.read('curl', ['-sS', '--unix-socket', '/run/admin.sock', ...rest, `http://localhost${path}`]);
    const first = await proxy(h1, ...args);
    expect((await h1.read('stat', ['-c', '%a %F', '/run/admin.sock'])).trim()).toBe('600 socket');
    expect(await ask('/healthz')).toBe('ok\n');
    expect(await ask('/healthz', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Host: evil.example')).toBe('403');
    first.kill('SIGKILL');
    await first.exited;
    const second = await proxy(h1, ...args);
    expect(await ask('/healthz')).toBe('ok\n');
    await second.stop();
    expect((await h1.run('test', ['-e', '/run/admin.sock'])).code).not.toBe(0);
  },
);

await labTest('the admin never listens where other machines could connect', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  for (const place of ['0.0.0.0:9901', '[::]:9901', '10.99.0.1:9901']) {
    for (const command of ['announce', 'proxy']) {
      const result = await runAmbassador(h1, [command, 'thing:7000', '--admin', place]);
      expect.soft(result).toMatchObject({ code: 77, stdout: '' });
      expect.soft(result.stderr).toContain('write 127.0.0.1:PORT or unix:PATH');
    }
  }
  expect(await runAmbassador(h1, ['proxy', 'thing:7000', '--admin', 'nowhere'])).toMatchObject({ code: 64 });
});

await labTest('an admin address that is taken is named', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await proxy(h1, 'thing:7000', '--admin', ADMIN_ADDRESS);
  const result = await runAmbassador(h1, ['proxy', 'other:7001', '--admin', ADMIN_ADDRESS]);
  expect(result).toMatchObject({ code: 64, stderr: expect.stringContaining(`--admin: ${ADMIN_ADDRESS} is in use`) });
});

await labTest('the admin stands in the file and in the environment too', { hosts: 1, needs: ['curl'] }, async (lan) => {
  const h1 = lan.host(1);
  await h1.read('tee', ['/run/a.yaml'], {
    input: `admin: ${ADMIN_ADDRESS}\nproxy:\n  - service: thing\n    port: 7000\n`,
  });
  const proxying = await proxy(h1, '--config', '/run/a.yaml');
  expect((await askAdmin(h1, '/healthz')).status).toBe(200);
  await proxying.stop();
});

await labTest('while a proxy drains it is alive, and not ready', { hosts: 2, needs: ['curl'] }, async (lan) => {
  const { h2, proxying } = await startPair(lan);
  await startProgram(h2, 'unread', '127.0.0.1', '7000');
  proxying.kill('SIGTERM');
  await proxying.line(/stopping/);
  expect(await askAdmin(h2, '/readyz')).toEqual({ status: 503, body: 'not ready: stopping\n' });
  expect((await askAdmin(h2, '/healthz')).status).toBe(200);
});

await labTest(
  'each connection is one line of JSON when it was asked for',
  { hosts: 2, needs: ['curl'] },
  async (lan) => {
    const { h2, proxying } = await startPair(lan, '--log-connections', '--log-level', 'silent');
    const [line] = await proxying.line(/.*"msg":"connection".*/, { stream: 'stderr' });
    expect(JSON.parse(line)).toMatchObject({
      service: 'thing',
      client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      endpoint: '10.99.0.1:7000',
      instance: 'thing on h1',
      bytesUp: 4,
      bytesDown: 3,
      durationMs: expect.any(Number),
      dialMs: expect.any(Number),
      outcome: 'ended',
    });
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'reset'])).toMatchObject({ end: 'ECONNRESET' });
    expect(JSON.parse((await proxying.line(/.*"msg":"connection".*/))[0])).toMatchObject({
      outcome: 'reset',
      by: 'upstream',
      code: 'ECONNRESET',
    });
  },
);

/** A service on h1, its proxy with an admin on h2, and one client that was served. */
async function startPair(lan: Lab, ...options: readonly string[]) {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000');
  const proxying = spawnAmbassador(h2, ['proxy', 'thing:7000', '--admin', ADMIN_ADDRESS, ...options]);
  await proxying.line(/thing on h1/, { stream: 'stdout' });
  expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
  // The client knows of its end before the proxy is done with it.
  await h2.until(`curl -s http://${ADMIN_ADDRESS}/v1/status | grep -q '"connections":{"active":0,"accepted":1,'`);
  return { h1, h2, announcing, proxying };
}
