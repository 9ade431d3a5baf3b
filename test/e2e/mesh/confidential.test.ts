import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, proxy } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { startPostgres } from '../../postgres.ts';

/** What is sent both ways, by each of the three. */
const NEEDLES = ['redis-plaintext-7f3a', 'http-plaintext-19c2', 'postgres-plaintext-5b8e'];
/** It is on the wire whatever is announced: that the capture works. */
const CONTROL = 'txtvers=1';

await labTest(
  'redis, http and postgres cross the LAN between members, and nobody who hears every frame reads a word',
  { hosts: 2, needs: ['redis-server', 'redis-cli', 'postgres', 'psql', 'curl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const [word = '', page = '', row = ''] = NEEDLES;
    const key = await initMesh(h1, makeSharedFolder());
    const capturing = await startCapture(h1, [...NEEDLES, CONTROL]);
    await startServices(h1, page);
    await announce(h1, 'redis:12345', 'http:8000', 'postgres:5432', '--mesh-key-file', key);
    const proxying = await proxy(h2, 'redis', 'http:8080', 'postgres', '--mesh-key-file', key);
    const names = ['redis', 'http', 'postgres'].map((service) => `found "${service} on h1"`);
    await proxying.until((output) => names.every((name) => output.includes(name)));

    expect(await h2.read('redis-cli', ['SET', 'word', word])).toBe('OK\n');
    expect(await h2.read('redis-cli', ['GET', 'word'])).toBe(`${word}\n`);
    expect(await h2.read('curl', ['-s', `http://127.0.0.1:8080/?q=${page}`])).toContain(page);
    const query = ['-h', '127.0.0.1', '-U', 'ambassador', '-d', 'postgres', '-Atc', `select '${row}'`];
    expect(await h2.read('psql', query)).toBe(`${row}\n`);

    capturing.stdin.end();
    const [json] = await capturing.line(/^\{.*\}$/);
    const { found, bytes } = JSON.parse(json);
    expect(found[CONTROL]).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(10_000);
    for (const needle of NEEDLES) expect(found[needle], needle).toBe(0);
  },
);

async function startCapture(host: Host, needles: readonly string[]): Promise<HostProcess> {
  const capturing = host.spawn('python3', [locateProgram('capture.py'), ...needles]);
  await capturing.line(/^ready/);
  return capturing;
}

async function startServices(host: Host, page: string): Promise<void> {
  const redis = host.spawn('redis-server', ['--port', '12345', '--bind', '127.0.0.1', '--save', '', '--dir', '/run']);
  await redis.line(/Ready to accept connections/);
  await host.read('mkdir', ['/run/www']);
  await host.read('sh', ['-c', `echo ${page} > /run/www/index.html`]);
  const web = host.spawn('python3', ['-u', '-m', 'http.server', '8000', '--bind', '127.0.0.1', '-d', '/run/www']);
  await web.line(/Serving/);
  await startPostgres(host, 5432);
}
