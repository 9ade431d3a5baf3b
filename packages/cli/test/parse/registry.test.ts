import { describe, expect, test } from 'vitest';
import {
  folderOf,
  formatRegistry,
  isReadOnTheWay,
  parseEtcd,
  parseZooKeeper,
  withLoginFile,
} from '../../src/parse/registry.ts';

test('an ensemble has hosts, with ZooKeeper’s port where none is written, and a path', () => {
  const spec = parseZooKeeper('10.0.0.1,zk.test:2182,[fd00::1]:2181/services/redis', 'x');
  expect(spec).toEqual({
    kind: 'zookeeper',
    servers: [
      { host: '10.0.0.1', port: 2181 },
      { host: 'zk.test', port: 2182 },
      { host: 'fd00::1', port: 2181 },
    ],
    path: '/services/redis',
  });
  expect(formatRegistry(spec)).toBe('zookeeper:10.0.0.1:2181,zk.test:2182,[fd00::1]:2181');
});

test('etcd has URLs, with the scheme of the one before where none is written, and a prefix; {service} in it is the service', () => {
  const spec = parseEtcd('https://a.test:2379,b.test:2379/services/{service}/', 'x');
  expect(spec).toEqual({
    kind: 'etcd',
    servers: ['https://a.test:2379', 'https://b.test:2379'],
    prefix: '/services/{service}',
  });
  expect(folderOf(spec, 'redis')).toBe('/services/redis');
  expect(parseEtcd('10.0.0.1:2379/services', 'x').servers).toEqual(['http://10.0.0.1:2379']);
});

describe('a registry that is written wrongly', () => {
  test.each([
    ['', 'names no server'],
    ['/services', 'names no server'],
    ['10.0.0.1', 'names no folder'],
    ['10.0.0.1/', 'names no folder'],
    ['10.0.0.1/a//b', 'names no folder'],
    ['10.0.0.1/../a', 'names no folder'],
    ['10.0.0.1:0/a', 'no port'],
  ])('zookeeper:%s', (text, sentence) => {
    expect(() => parseZooKeeper(text, `zookeeper:${text}`)).toThrow(sentence);
  });

  test.each([
    ['', 'is no URL'],
    ['ftp://a/b', 'neither http nor https'],
    ['http://a:2379', 'names no folder'],
    ['http://me:secret@a:2379/b', 'name it with --registry-login-file FILE'],
    ['http://a/b,http://c/d', 'two prefixes'],
    ['http://a/b?c', 'no URL with a prefix'],
    ['http://a/%zz', 'stands for nothing'],
  ])('etcd:%s', (text, sentence) => {
    expect(() => parseEtcd(text, `etcd:${text}`)).toThrow(sentence);
  });
});

test('a password in the wrong place is not repeated', () => {
  for (const text of ['me:secret@a/s', 'a,me:secret@b:2181/s']) {
    expect(() => parseZooKeeper(text, `zookeeper:${text}`)).toThrow(/^(?!.*secret).*--registry-login-file FILE/);
  }
  for (const text of ['http://me:secret@a/s', 'http://me:1#secret@a/s', 'http://me:secret/more@a/s', 'me:secret@a/s']) {
    expect(() => parseEtcd(text, `etcd:${text}`)).toThrow(/^(?!.*secret).*--registry-login-file FILE/);
  }
});

test.each([
  ['zookeeper', '127.0.0.1:2181,localhost/s', false],
  ['zookeeper', '[::1]/s', false],
  ['zookeeper', '127.0.0.1,10.0.0.1/s', true],
  ['etcd', 'https://10.0.0.1:2379/s', false],
  ['etcd', 'http://[::1]:2379,http://localhost:2380/s', false],
  ['etcd', 'https://10.0.0.1:2379,http://10.0.0.2:2379/s', true],
] as const)('a login for %s:%s can be read on the way: %s', (kind, text, isRead) => {
  expect(isReadOnTheWay(kind === 'etcd' ? parseEtcd(text, 'x') : parseZooKeeper(text, 'x'))).toBe(isRead);
});

test('a login is a registry’s alone, and in none of the words that name it', () => {
  expect(withLoginFile({ kind: 'mdns' }, '/run/login')).toEqual({ kind: 'mdns' });
  const spec = withLoginFile(parseEtcd('a:2379/s', 'x'), '/run/login');
  expect(spec).toMatchObject({ loginFile: '/run/login' });
  expect(formatRegistry(spec)).toBe('etcd:http://a:2379');
});
