import type { ListenPlace } from '@mdns-ambassador/relay';
import { describe, expect, test } from 'vitest';
import { createAmbassador } from '../src/ambassador.ts';
import { completeService, type ProxiedService } from '../src/proxied-service.ts';
import { ScriptedSource } from './scripted-source.ts';

const SOURCE = new ScriptedSource();

function complete(given: ProxiedService) {
  const asked: (readonly [string, readonly ListenPlace[]])[] = [];
  const completed = completeService(given, (service, listen) => {
    asked.push([service, listen]);
    return SOURCE;
  });
  return { completed, asked };
}

function loopback(port: number): readonly ListenPlace[] {
  return [
    { kind: 'tcp', address: '127.0.0.1', port },
    { kind: 'tcp', address: '::1', port },
  ];
}

describe('a service of which nothing is said but its name', () => {
  test('is listened for at its well-known port on loopback, and looked for by one source', () => {
    const { completed, asked } = complete({ service: 'redis' });
    expect(completed).toEqual({
      service: 'redis',
      listen: loopback(6379),
      sources: [SOURCE],
      merge: 'union',
      balance: 'p2c',
      connectTimeoutMs: 10_000,
      onEndpointLost: 'keep',
      drainTimeoutMs: 30_000,
      maxConnections: 1_000,
    });
    expect(asked).toEqual([['redis', loopback(6379)]]);
  });

  test('is refused, with what to write, where it has no well-known port', () => {
    expect(() => complete({ service: 'embed' })).toThrow(
      expect.objectContaining({ code: 'no-port', message: expect.stringMatching(/"embed" .* port: 8000/) }),
    );
    expect(() => createAmbassador({ service: 'embed' })).toThrow('"embed" has no well-known port');
  });
});

test('a port is one of loopback', () => {
  expect(complete({ service: 'embed', port: 8000 }).completed.listen).toEqual(loopback(8000));
});

test('what is given is kept, and no other source is made', () => {
  const listen: readonly ListenPlace[] = [{ kind: 'unix', path: '/run/redis.sock' }];
  const source = new ScriptedSource();
  const { completed, asked } = complete({ service: 'embed', listen, sources: [source], balance: 'first' });
  expect(completed).toMatchObject({ listen, balance: 'first', merge: 'union' });
  expect(completed.sources).toEqual([source]);
  expect(asked).toEqual([]);
});
