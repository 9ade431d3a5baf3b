import { describe, expect, test } from 'vitest';
import type { Server } from '../../../src/engines/haproxy/server.ts';
import { isOurServer, nameServer } from '../../../src/engines/haproxy/server.ts';
import {
  diffServers,
  formatChange,
  listServers,
  type PresentServer,
  readObjection,
} from '../../../src/engines/haproxy/server-set.ts';
import type { PlannedEndpoint } from '../../../src/pool/plan.ts';
import { endpoint } from '../../pool/fixtures.ts';

const anna: Server = { name: 'ambassador.a.1', endpointId: 'a', address: '10.0.0.1', port: 7000, weight: 256 };
const ben: Server = { ...anna, name: 'ambassador.b.2', endpointId: 'b', address: '10.0.0.2' };

function present(name: string, more: Partial<PresentServer> = {}): PresentServer {
  return { name, weight: 256, isResting: false, sessions: 0, ...more };
}

function plan(id: string, more: Partial<PlannedEndpoint> = {}, addresses = ['10.0.0.1']): PlannedEndpoint {
  return { endpoint: endpoint(id, { addresses }), share: 1, isUsed: true, isOnTrial: false, ...more };
}

describe('the difference between two sets of servers', () => {
  test('is nothing where they are the same', () => {
    expect(diffServers([anna], [present(anna.name)])).toEqual([]);
  });

  test('begins with who comes, so that there is always somebody', () => {
    expect(diffServers([ben], [present(anna.name)])).toEqual([
      { kind: 'add', server: ben },
      { kind: 'retire', name: anna.name },
    ]);
  });

  test('removes a server only when it rests and carries nothing', () => {
    expect(diffServers([], [present(anna.name, { isResting: true, sessions: 1 })])).toEqual([]);
    expect(diffServers([], [present(anna.name, { isResting: true })])).toEqual([{ kind: 'remove', name: anna.name }]);
  });

  test('brings back who rests, and tells another weight', () => {
    expect(diffServers([anna], [present(anna.name, { isResting: true })])).toEqual([
      { kind: 'revive', name: anna.name, weight: 256 },
    ]);
    expect(diffServers([anna], [present(anna.name, { weight: 1 })])).toEqual([
      { kind: 'weigh', name: anna.name, weight: 256 },
    ]);
  });
});

describe('the servers of a plan', () => {
  test('have weights in the proportion of their shares, none below 1', () => {
    const servers = listServers(
      [plan('a', { share: 300 }), plan('b', { share: 100 }), plan('c', { share: 0.01 })],
      false,
      () => undefined,
    );
    expect(servers.map(({ weight }) => weight)).toEqual([256, 85, 1]);
  });

  test('leave out who takes no new connections and who has only addresses with a zone', () => {
    const plans = [
      plan('a', { isUsed: false }),
      plan('b', {}, ['fe80::1%eth0']),
      plan('c', {}, ['fe80::1%eth0', '10.0.0.3']),
    ];
    expect(listServers(plans, false, () => undefined)).toMatchObject([{ endpointId: 'c', address: '10.0.0.3' }]);
  });

  test('are one where the first alone is wanted', () => {
    expect(listServers([plan('a'), plan('b')], true, () => undefined)).toHaveLength(1);
  });
});

test('a server has the same name in every run, another for another place, and only what haproxy allows in it', () => {
  const hostile = endpoint('x', { instance: 'a b;del server\n' });
  expect(nameServer(hostile, '10.0.0.1')).toBe(nameServer(hostile, '10.0.0.1'));
  expect(nameServer(hostile, '10.0.0.1')).not.toBe(nameServer(hostile, '10.0.0.2'));
  expect(nameServer(hostile, '10.0.0.1')).toMatch(/^[A-Za-z0-9._-]+$/);
  expect(isOurServer(nameServer(hostile, '10.0.0.1'))).toBe(true);
  expect(isOurServer('web1')).toBe(false);
});

test('changes are said in the words of the Runtime API, and its objections are read', () => {
  expect(formatChange('redis', { kind: 'add', server: anna })).toMatch(
    /^add server redis\/ambassador\.a\.1 ipv4@10\.0\.0\.1:7000 check .* weight 256; enable health redis\/ambassador\.a\.1; enable server redis\/ambassador\.a\.1$/,
  );
  expect(formatChange('redis', { kind: 'retire', name: 'x' })).toBe('set server redis/x state maint');
  expect(formatChange('redis', { kind: 'remove', name: 'x' })).toBe('del server redis/x');
  expect(readObjection('New server registered.\n\n')).toBeUndefined();
  expect(readObjection('\nNo such server.\n')).toBe('No such server.');
});
