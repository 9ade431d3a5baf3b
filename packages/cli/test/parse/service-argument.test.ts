import { expect, test } from 'vitest';
import { parseAnnouncedService, parseProxiedService } from '../../src/parse/service-argument.ts';

test('announce takes a name, a name with a port, and a name with a target', () => {
  expect(parseAnnouncedService('redis')).toEqual({ service: 'redis' });
  expect(parseAnnouncedService('redis:12345')).toEqual({ service: 'redis', port: 12345 });
  expect(parseAnnouncedService('api=127.0.0.1:3000')).toEqual({ service: 'api', host: '127.0.0.1', port: 3000 });
  expect(parseAnnouncedService('api=[::1]:3000')).toEqual({ service: 'api', host: '::1', port: 3000 });
});

test('proxy takes a name and a name with a local port, 0 for any', () => {
  expect(parseProxiedService('redis')).toEqual({ service: 'redis' });
  expect(parseProxiedService('redis:16379')).toEqual({ service: 'redis', port: 16379 });
  expect(parseProxiedService('redis:0')).toEqual({ service: 'redis', port: 0 });
  expect(parseProxiedService('_NVStream_dbd._tcp:47989')).toEqual({
    service: 'nvstream_dbd',
    type: '_nvstream_dbd._tcp',
    port: 47989,
  });
  expect(parseProxiedService('_sleep-proxy._udp').type).toBe('_sleep-proxy._udp');
});

test.each([
  ['redis:99999', '"99999" in "redis:99999" is no port'],
  ['redis:0', '"0" in "redis:0" is no port'],
  ['redis:', '"" in "redis:" is no port'],
  ['redis:1:2', '"1:2" in "redis:1:2" is no port'],
  ['=127.0.0.1:80', '"" is no service name'],
  ['api=127.0.0.1', 'no address with a port'],
])('announce %s: %s', (text, sentence) => {
  expect(() => parseAnnouncedService(text)).toThrow(sentence);
});

test('proxy with a target is told where targets are written', () => {
  expect(() => parseProxiedService('redis=10.0.0.1:6379')).toThrow('--from static:HOST:PORT');
});
