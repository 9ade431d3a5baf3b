import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderEnv } from '../../../src/commands/render/env.ts';
import { renderHaproxy } from '../../../src/commands/render/haproxy.ts';
import { renderNginx, renderNginxFragment } from '../../../src/commands/render/nginx.ts';
import { endpoint, redis } from './fixtures.ts';

const FORMATS = { haproxy: renderHaproxy, nginx: renderNginx, fragment: renderNginxFragment, env: renderEnv };

/** What another program would take for a directive or an assignment. */
function listDirectives(text: string): readonly string[] {
  return text
    .split(/[\r\n\v\f\u0085\u2028\u2029]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('haproxy', () => {
  test('has a frontend and a backend for each service, with checks and weights', () => {
    const service = redis(
      endpoint('10.0.0.1', { weight: 30, instance: 'redis on h1' }),
      endpoint('fd00::1', { weight: 10, addresses: ['fe80::1%eth0', 'fd00::1'] }),
    );
    expect(
      renderHaproxy([{ ...service, listen: [...service.listen, { kind: 'unix', path: '/run/redis.sock' }] }]),
    ).toBe(
      `# Written by ambassador render. Changes are lost when it is written again.

frontend redis
  mode tcp
  bind 127.0.0.1:6379
  bind unix@/run/redis.sock
  option clitcpka
  timeout client 24h
  default_backend redis

backend redis
  mode tcp
  balance roundrobin
  option redispatch 1
  option srvtcpka
  retries 3
  timeout connect 1s
  timeout server 24h
  # "redis on h1"
  server 10.0.0.1:6379 10.0.0.1:6379 check inter 2s fall 2 rise 1 weight 30
  server fd00::1:6379 [fd00::1]:6379 check inter 2s fall 2 rise 1 weight 10
`,
    );
  });

  test('backups of one priority share the load, of several priorities the first that is up takes it', () => {
    const one = [endpoint('10.0.0.1'), endpoint('10.0.0.2', { priority: 1 }), endpoint('10.0.0.3', { priority: 1 })];
    expect(renderHaproxy([redis(...one)])).toContain('option allbackups');
    const two = [...one, endpoint('10.0.0.4', { priority: 2 })];
    expect(renderHaproxy([redis(...two)])).not.toContain('option allbackups');
    expect(renderHaproxy([redis(...two)]).match(/ backup$/gm)).toHaveLength(3);
  });
});

describe('nginx', () => {
  test('has an upstream and a server for each service', () => {
    const services = [redis(endpoint('10.0.0.1', { instance: 'redis on h1' }), endpoint('10.0.0.2', { priority: 5 }))];
    expect(
      renderNginxFragment(services),
    ).toBe(`# Written by ambassador render. Changes are lost when it is written again.
upstream redis {
  # "redis on h1"
  server 10.0.0.1:6379 weight=1 max_fails=1 fail_timeout=2s;
  server 10.0.0.2:6379 weight=1 max_fails=1 fail_timeout=2s backup;
}

server {
  listen 127.0.0.1:6379 so_keepalive=on;
  proxy_pass redis;
  proxy_connect_timeout 1s;
  proxy_timeout 24h;
  proxy_socket_keepalive on;
}
`);
    expect(renderNginx(services)).toContain('events {');
  });

  test('an upstream that nobody offers is one that closes', () => {
    expect(renderNginx([redis()])).toContain('server 127.0.0.1:9 down;');
  });
});

describe('env', () => {
  test('names the first endpoint, and all of several', () => {
    const api = { ...redis(endpoint('fd00::1')), service: '3d-api' };
    expect(listDirectives(renderEnv([redis(endpoint('10.0.0.1'), endpoint('10.0.0.2')), api]))).toEqual([
      'REDIS_HOST=10.0.0.1',
      'REDIS_PORT=6379',
      'REDIS_ADDRESS=10.0.0.1:6379',
      'REDIS_ADDRESSES=10.0.0.1:6379,10.0.0.2:6379',
      '_3D_API_HOST=fd00::1',
      '_3D_API_PORT=6379',
      '_3D_API_ADDRESS=[fd00::1]:6379',
    ]);
  });

  test('has no variables of a service that nobody offers', () => {
    expect(listDirectives(renderEnv([redis()]))).toEqual([]);
  });
});

test('an endpoint that is leaving or was lost sight of is a backup', () => {
  const services = [redis(endpoint('10.0.0.1'), endpoint('10.0.0.2', { state: 'stale' }))];
  expect(renderHaproxy(services)).toMatch(/server 10\.0\.0\.2:6379 .* backup$/m);
  const leaving = [redis(endpoint('10.0.0.1', { state: 'draining' }))];
  expect(renderHaproxy(leaving)).not.toContain('backup');
});

test('an endpoint of one link only is left out of what can not dial it', () => {
  const services = [redis(endpoint('fe80::1%eth0'), endpoint('10.0.0.2'))];
  expect(renderHaproxy(services)).not.toContain('fe80');
  expect(renderNginx(services)).not.toContain('fe80');
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"\n  server evil 6.6.6.6:66 ',
    'a\r}\nserver {',
    '\u2028server x',
    '";}\\',
    '\\\n',
    '$(id)',
    '`id`',
    '#\u0085x',
  ),
);

test.each(Object.entries(FORMATS))('%s: no instance name adds a line that is more than a comment', (_, render) => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (names) => {
      const plain = names.map((__, index) => endpoint(`10.0.0.${index + 1}`));
      const named = plain.map((one, index) => ({ ...one, instance: names[index] ?? '' }));
      expect(listDirectives(render([redis(...named)]))).toEqual(listDirectives(render([redis(...plain)])));
    }),
  );
});

test.each(Object.entries(FORMATS))('%s: what is no address or no port never stands in the file', (_, render) => {
  fc.assert(
    fc.property(hostile, fc.constantFrom(0, -1, 65_536, 1.5, Number.NaN), (address, port) => {
      const good = endpoint('10.0.0.1');
      const text = render([redis(good, endpoint('10.0.0.2', { addresses: [address] }))]);
      expect(text).toBe(render([redis(good)]));
      if (render !== renderEnv)
        expect(render([redis(good, endpoint('10.0.0.2', { port }))])).toBe(render([redis(good)]));
    }),
  );
});
