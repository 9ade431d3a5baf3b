import { expect, test } from 'vitest';
import { DEFAULT_AGENT_SOCKET, nameAgentSocket } from '../../src/parse/agent-socket.ts';
import { parseSource } from '../../src/parse/source.ts';

test('mdns, and static targets as addresses or names', () => {
  expect(parseSource('mdns')).toEqual({ kind: 'mdns' });
  expect(parseSource('static:10.0.0.1:6379, db.test:6380')).toEqual({
    kind: 'static',
    targets: [
      { host: '10.0.0.1', port: 6379 },
      { host: 'db.test', port: 6380 },
    ],
  });
});

test('a DNS name with a port, a name of SRV records, a file and an agent', () => {
  expect(parseSource('dns:db.example.com:5432')).toEqual({ kind: 'dns', name: 'db.example.com', port: 5432 });
  expect(parseSource('srv:_redis._tcp.example.com.')).toEqual({ kind: 'srv', name: '_redis._tcp.example.com.' });
  expect(parseSource('file:./a:b.yaml')).toEqual({ kind: 'file', path: './a:b.yaml' });
  expect(parseSource('agent:/run/a.sock')).toEqual({ kind: 'agent', path: '/run/a.sock' });
  expect(parseSource('agent')).toEqual({ kind: 'agent', path: DEFAULT_AGENT_SOCKET });
  expect(parseSource('file:C:\\redis.yaml')).toEqual({ kind: 'file', path: 'C:\\redis.yaml' });
});

test.each([
  ['carrier-pigeon', 'srv:NAME, file:PATH, zookeeper:HOSTS/PATH, etcd:URL/PREFIX or agent:PATH'],
  ['mdns:', 'is no source'],
  ['svr:_a._tcp.test', 'did you mean srv?'],
  ['dns', 'write dns:NAME:PORT'],
  ['dns:db.test', 'write dns:NAME:PORT'],
  ['dns:db.test:0', 'no port'],
  ['dns:[::1]:53', 'write dns:NAME:PORT'],
  ['dns:10.0.0.1:53', 'static:HOST:PORT'],
  ['dns:d b:53', 'is no DNS name'],
  ['srv:', 'names no SRV record'],
  ['srv:redis', 'write one such as srv:_redis._tcp.example.com'],
  ['file:', 'names no file'],
  ['mdsn', 'did you mean mdns?'],
  ['static', 'names no target'],
  ['static:', 'names no target'],
  ['static:10.0.0.1', 'no address with a port'],
  ['static:10.0.0.1:6379,', 'names no target'],
])('"%s": %s', (text, sentence) => {
  expect(() => parseSource(text)).toThrow(sentence);
});

test('the socket of an agent is where its system lets it be', () => {
  expect(nameAgentSocket('linux', '/home/a')).toBe('/run/ambassador/agent.sock');
  expect(nameAgentSocket('darwin', '/Users/a')).toBe('/Users/a/.ambassador/agent.sock');
  expect(nameAgentSocket('win32', 'C:\\Users\\a')).toBe('\\\\.\\pipe\\ambassador-agent');
});
