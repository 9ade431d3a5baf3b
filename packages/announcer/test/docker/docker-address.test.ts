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
  expect(parseDockerHost(text, platform)).toEqual(address);
});

test.each(['ssh://host', 'unix://relative', 'docker.sock', 'tcp://'])('%s is refused', (text) => {
  expect(() => parseDockerHost(text, 'linux')).toThrow(/is no address of a Docker daemon/);
});
