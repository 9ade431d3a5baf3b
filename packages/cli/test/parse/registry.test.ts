import { describe, expect, test } from 'vitest';
import { folderOf, formatRegistry, parseEtcd, parseZooKeeper } from '../../src/parse/registry.ts';

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
    ['http://me:secret@a:2379/b', 'without a user and a password'],
    ['http://a/b,http://c/d', 'two prefixes'],
    ['http://a/b?c', 'no URL with a prefix'],
    ['http://a/%zz', 'stands for nothing'],
  ])('etcd:%s', (text, sentence) => {
    expect(() => parseEtcd(text, `etcd:${text}`)).toThrow(sentence);
  });
});

test('a password in the wrong place is not repeated', () => {
  for (const text of ['me:secret@a/s', 'a,me:secret@b:2181/s']) {
    expect(() => parseZooKeeper(text, `zookeeper:${text}`)).toThrow(/^(?!.*secret).*without a user and a password/);
  }
  for (const text of ['http://me:secret@a/s', 'http://me:1#secret@a/s', 'http://me:secret/more@a/s', 'me:secret@a/s']) {
    expect(() => parseEtcd(text, `etcd:${text}`)).toThrow(/^(?!.*secret).*without a user and a password/);
  }
});
