import { expect, test } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { EXIT_USAGE } from '../../src/exit/exit-codes.ts';
import { readEngine } from '../../src/requests/engine-request.ts';
import { type Given, Settings } from '../../src/settings/settings.ts';

function read(
  service: string,
  options: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = 'linux',
): unknown {
  const given = (text: string, origin: string): Given => ({ text, origin, exitCode: EXIT_USAGE });
  const find = (option: string): readonly Given[] => {
    const text = options[option];
    return text === undefined ? [] : [given(text, `--${option}`)];
  };
  try {
    return readEngine({ service: given(service, 'SERVICE'), settings: new Settings([{ find }]) }, platform);
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
}

const DRIVEN = { engine: 'haproxy', 'haproxy-socket': '/run/admin.sock' };

test('the engine is node where nothing is said', () => {
  expect(read('redis', {})).toEqual({ kind: 'node' });
  expect(read('redis', { engine: 'haproxy' })).toEqual({ kind: 'haproxy' });
});

test('a driven haproxy has a backend of the name of the service, or of another', () => {
  expect(read('redis', DRIVEN)).toEqual({
    kind: 'haproxy',
    driven: { socket: '/run/admin.sock', backend: 'redis' },
  });
  expect(read('redis', { ...DRIVEN, 'haproxy-backend': 'cache' })).toMatchObject({ driven: { backend: 'cache' } });
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['redis', { engine: 'squid' }, '--engine: "squid" is not known; write one of node, haproxy, nftables'],
  ['redis', { 'haproxy-socket': '/x' }, '--haproxy-socket needs engine haproxy'],
  ['redis', { engine: 'node', 'haproxy-backend': 'b' }, '--haproxy-backend needs engine haproxy'],
  ['redis', { engine: 'haproxy', 'haproxy-backend': 'b' }, '--haproxy-backend is for --haproxy-socket'],
  ['redis', { ...DRIVEN, 'haproxy-backend': 'a; show info' }, '--haproxy-backend: name the backend as haproxy does'],
  ['redis:1', DRIVEN, 'SERVICE: where to listen is decided by the haproxy of --haproxy-socket; write "redis" alone'],
  ['redis', { ...DRIVEN, listen: '127.0.0.1:1' }, '--listen is decided by the configuration of'],
  ['redis', { ...DRIVEN, balance: 'first' }, '--balance is decided by the configuration of'],
  ['redis', { engine: 'haproxy', 'mesh-key-file': '/k' }, '--mesh-key-file needs engine node'],
  ['redis', { engine: 'haproxy', 'send-proxy': 'true' }, '--send-proxy needs engine node'],
  ['redis', { engine: 'haproxy', credentials: '/c' }, '--credentials needs engine node'],
  ['redis', { engine: 'nftables', 'mesh-key-file': '/k' }, '--mesh-key-file needs engine node'],
  ['redis', { engine: 'nftables', 'accept-proxy': '10.0.0.0/8' }, '--accept-proxy needs engine node'],
  ['redis', { engine: 'nftables', fault: 'reset=5%' }, '--fault needs engine node'],
  ['redis', { engine: 'nftables', credentials: '/c' }, '--credentials needs engine node'],
  ['redis', { engine: 'nftables', 'log-connections': 'true' }, '--log-connections needs engine node or haproxy'],
  ['redis', { engine: 'nftables', 'haproxy-socket': '/x' }, '--haproxy-socket needs engine haproxy'],
  ['redis', { engine: 'nftables', listen: '0.0.0.0:6379' }, '--listen: 0.0.0.0:6379: engine nftables carries'],
  ['redis', { engine: 'nftables', listen: 'unix:/run/x' }, '--listen: unix:/run/x: engine nftables carries'],
  ['redis', { engine: 'nftables', listen: '[::1]:6379' }, '--listen: \\[::1\\]:6379: engine nftables carries'],
])('%s with %j is refused', (service, options, sentence) => {
  expect(read(service, options)).toMatch(new RegExp(`^64 ${sentence.replace(/[?]/g, '\\$&')}`));
});

test.each(['127.0.0.1:1', 'localhost:1', '127.0.0.5:1'])('nftables carries what connects to %s', (listen) => {
  expect(read('redis', { engine: 'nftables', listen })).toEqual({ kind: 'nftables' });
});

test.each(['darwin', 'win32'] as const)('nftables is refused on %s', (platform) => {
  expect(read('redis', { engine: 'nftables' }, platform)).toMatch(/^64 --engine nftables is Linux'; write node/);
});

test('haproxy is refused on Windows, where there is none', () => {
  expect(read('redis', { engine: 'haproxy' }, 'win32')).toMatch(/^64 --engine haproxy does not run on Windows/);
});
