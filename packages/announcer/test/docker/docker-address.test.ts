import { expect, test } from 'vitest';
import { parseDockerHost } from '../../src/docker/docker-address.ts';

test.each<[string | undefined, string, unknown]>([
  [undefined, 'linux', { kind: 'socket', path: '/var/run/docker.sock' }],
  ['', 'win32', { kind: 'socket', path: '\\\\.\\pipe\\docker_engine' }],
  ['unix:///run/user/1000/docker.sock', 'linux', { kind: 'socket', path: '/run/user/1000/docker.sock' }],
  ['npipe:////./pipe/docker_engine', 'win32', { kind: 'socket', path: '\\\\.\\pipe\\docker_engine' }],
  ['tcp://proxy:2375', 'linux', { kind: 'tcp', host: 'proxy', port: 2375 }],
  ['tcp://[::1]', 'linux', { kind: 'tcp', host: '::1', port: 2375 }],
])('%j on %s', (text, platform, address) => {
  expect(parseDockerHost(text, { platform, home: '/h', exists: () => false })).toEqual(address);
});

test.each(['ssh://host', 'unix://relative', 'docker.sock', 'tcp://'])('%s is refused', (text) => {
  expect(() => parseDockerHost(text, { platform: 'linux', home: '/h', exists: () => false })).toThrow(
    /is no address of a Docker daemon/,
  );
});

test.each([
  [['/var/run/docker.sock', '/Users/a/.docker/run/docker.sock'], '/var/run/docker.sock'],
  [['/Users/a/.docker/run/docker.sock'], '/Users/a/.docker/run/docker.sock'],
  [['/Users/a/.colima/default/docker.sock'], '/Users/a/.colima/default/docker.sock'],
  [[], '/var/run/docker.sock'],
])('on a Mac that has %j, the daemon is at %s', (there, path) => {
  const surroundings = { platform: 'darwin', home: '/Users/a', exists: (one: string) => there.includes(one) };
  expect(parseDockerHost(undefined, surroundings)).toEqual({ kind: 'socket', path });
});
