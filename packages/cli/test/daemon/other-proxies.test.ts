import { ownLoopbackAddress } from '@mdns-ambassador/dns';
import { expect, test } from 'vitest';
import { readProxies } from '../../src/daemon/other-proxies.ts';
import type { Running } from '../../src/process/running.ts';

function processOf(command: string, services: readonly (readonly [string, ...string[]])[]): Running {
  const connections = { active: 0, accepted: 0, failed: 0, retried: 0 };
  const shown = services.map(([service, ...listen]) => {
    return { service, listen, endpoints: [], connections, ready: true, since: '', bytesUp: 0, bytesDown: 0 };
  });
  const head = { version: '1', uptimeSeconds: 1, pid: 1, command, phase: 'running' };
  const status = { ...head, unready: [], meshes: [], announcements: [], services: shown };
  return { path: '/run/x/1.sock', pid: 1, kind: 'answered', status };
}

test('what other processes proxy on loopback has their names, the first of each name', () => {
  const proxies = readProxies([
    processOf('proxy', [['redis', '127.0.0.1:6379', '[::1]:6379', '127.0.0.1:7000']]),
    processOf('up', [
      ['redis', '127.0.0.1:1'],
      ['web', '127.80.1.2:80'],
    ]),
  ]);
  expect(proxies).toEqual([
    { service: 'redis', type: '_redis._tcp', port: 6379, addresses: ['127.0.0.1', '::1'] },
    { service: 'web', type: '_http._tcp', port: 80, addresses: ['127.80.1.2'] },
  ]);
});

test('of run those have it that listen at the address to which it leads', () => {
  const own = ownLoopbackAddress('redis');
  const running = processOf('run', [
    ['redis', `${own}:6379`],
    ['web', `${own}:80`],
  ]);
  expect(readProxies([running])).toEqual([{ service: 'redis', type: '_redis._tcp', port: 6379, addresses: [own] }]);
});

test('what is no name of a service, not on loopback, a path, or of run has none', () => {
  const services = [
    ['a.b', '127.0.0.1:1'],
    ['x', '10.0.0.1:1'],
    ['y', 'unix:/run/y'],
  ] as const;
  expect(readProxies([processOf('proxy', services), processOf('run', [['z', '127.0.0.1:1']])])).toEqual([]);
  expect(readProxies([{ path: '/run/x/2.sock', pid: 2, kind: 'silent' }])).toEqual([]);
});
