import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

/** Says who the client is by the PROXY protocol, without which it serves nobody. */
const NGINX = `
daemon off; error_log stderr; pid /run/nginx.pid; worker_processes 1;
events {}
http {
  access_log off;
  server { listen 127.0.0.1:3000 proxy_protocol; location / { return 200 "$proxy_protocol_addr"; } }
}`;

/** Two fronts that say who the client is: of version 1 before an announcer, of version 2 before a proxy. */
const FRONTS = (announcer: string): string => `
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen before-proxy
  bind :8001
  server proxy 127.0.0.1:7000 send-proxy-v2
listen before-announcer
  bind :8002
  server announcer ${announcer}:18000 send-proxy
`;

await labTest(
  'nginx hears who the client is: through haproxy, a mesh and the proxies between',
  { hosts: 3, needs: ['curl', 'haproxy', 'nginx'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const mesh = ['--mesh-key-file', await initMesh(h1, makeSharedFolder())];
    await write(h1, '/run/nginx.conf', NGINX);
    h1.spawn('nginx', ['-c', '/run/nginx.conf']);
    await write(h2, '/run/fronts.cfg', FRONTS(h1.ip));
    h2.spawn('haproxy', ['-db', '-f', '/run/fronts.cfg']);

    // In a mesh: haproxy tells the proxy, and the proxy tells nginx inside the mesh's TLS.
    const inMesh = await announce(h1, 'web:3000', ...mesh);
    const proxying = await proxy(h2, 'web:7000', ...mesh, '--accept-proxy', '127.0.0.0/8', '--send-proxy');
    await proxying.line(/found "web on/);
    expect(await ask(h3, `http://${h2.ip}:8001`)).toBe(h3.ip);
    // The front's address is believed, and is to say who its clients are.
    expect(await ask(h2, 'http://127.0.0.1:7000')).toBe('');
    await proxying.line(
      /127\.0\.0\.1 is accepted as a front, and it does not begin with a header of the PROXY protocol/,
    );
    await proxying.stop('SIGTERM');
    await inMesh.stop('SIGTERM');

    // In the open: haproxy tells the announcer, whose own check begins as a connection of nobody's.
    const check = ['--check', 'http:/', '--check-interval', '200ms'];
    const inOpen = await announce(h1, 'web:3000', '--send-proxy', '--accept-proxy', h2.ip, ...check);
    expect(await ask(h3, `http://${h2.ip}:8002`)).toBe(h3.ip);
    expect(await ask(h3, `http://${h1.ip}:18000`)).toBe(h3.ip);
    expect(await ask(h2, `http://${h1.ip}:18000`)).toBe('');
    await inOpen.line(new RegExp(`refused ${h2.ip}: it does not begin with a header of the PROXY protocol`));
  },
);

async function write(host: Host, path: string, text: string): Promise<void> {
  await host.read('sh', ['-c', 'cat > "$0"', path], { input: text });
}

/** What nginx answers; empty where the connection is cut. */
async function ask(host: Host, url: string): Promise<string> {
  const { stdout } = await host.run('curl', [
    '--silent',
    '--max-time',
    '10',
    '--retry',
    '3',
    '--retry-connrefused',
    url,
  ]);
  return stdout;
}
