import { isLoopback, stripZone } from '@mdns-ambassador/relay';
import { describe, expect, test } from 'vitest';
import { isThisMachine, resolveServiceHost } from '../src/service-host.ts';
import { FakeHost } from './fake-host.ts';

describe('What the host of a SERVICE means', () => {
  const host = new FakeHost();
  host.names = new Map([
    ['h1', ['127.0.1.1', '10.99.0.1', '192.0.2.7']],
    ['db.example.com', ['192.0.2.7', '192.0.2.8']],
    ['localhost', ['192.0.2.7']],
  ]);

  test.each([undefined, '0.0.0.0', '::'])('%s is any address of this machine', async (hostname) => {
    expect(await resolveServiceHost(hostname, host)).toEqual({ kind: 'any' });
  });

  test.each(['127.0.0.1', '127.0.0.2', '::1', '10.99.0.1', 'fe80::1%eth0'])('%s is this machine', async (hostname) => {
    expect(await resolveServiceHost(hostname, host)).toEqual({ kind: 'own', addresses: [hostname] });
  });

  test('localhost is loopback, whatever a resolver says', async () => {
    expect(await resolveServiceHost('LocalHost', host)).toEqual({ kind: 'own', addresses: ['127.0.0.1', '::1'] });
  });

  test('of a name of this machine, the addresses that it has count', async () => {
    expect(await resolveServiceHost('h1', host)).toEqual({ kind: 'own', addresses: ['127.0.1.1', '10.99.0.1'] });
  });

  test('a name or address of another machine is elsewhere', async () => {
    expect(await resolveServiceHost('db.example.com', host)).toEqual({
      kind: 'elsewhere',
      addresses: ['192.0.2.7', '192.0.2.8'],
    });
    expect(await resolveServiceHost('192.0.2.7', host)).toEqual({ kind: 'elsewhere', addresses: ['192.0.2.7'] });
  });

  test('a name that nobody knows rejects', async () => {
    await expect(resolveServiceHost('nowhere.example.com', host)).rejects.toThrow(/ENOTFOUND/);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.127.0.1', false],
  ['::', false],
])('%s being loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test.each([
  [undefined, true],
  ['0.0.0.0', true],
  ['LocalHost', true],
  ['127.0.0.1', true],
  ['127.0.0.2', false],
  ['10.99.0.1', false],
  ['db.example.com', false],
])('%s being any address of this machine, or localhost: %s', (hostname, expected) => {
  expect(isThisMachine(hostname)).toBe(expected);
});

test('A zone is what follows the percent sign', () => {
  expect(stripZone('fe80::1%eth0')).toBe('fe80::1');
  expect(stripZone('10.99.0.1')).toBe('10.99.0.1');
});
