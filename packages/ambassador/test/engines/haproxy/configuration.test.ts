import { expect, test } from 'vitest';
import { type ConfigurationOptions, writeConfiguration } from '../../../src/engines/haproxy/configuration.ts';
import type { BalancerName } from '../../../src/pool/balancer.ts';

const OPTIONS: ConfigurationOptions = {
  balance: 'p2c',
  maxConnections: 100,
  connectTimeoutMs: 10_000,
  adminPath: '/tmp/x/admin.sock',
  waitingPath: '/tmp/x/waiting.sock',
  listenFds: [3, 4],
  servers: [],
  isLogged: false,
  drainTimeoutMs: 30_000,
};

test.each<[BalancerName, string]>([
  ['p2c', 'balance random(2)'],
  ['random', 'balance random(1)'],
  ['round-robin', 'balance roundrobin'],
  ['first', 'balance roundrobin'],
  ['least-connections', 'balance leastconn'],
  ['source-hash', 'balance source\n  hash-type consistent'],
])('%s is an algorithm that takes servers while it runs', (balance, line) => {
  expect(writeConfiguration({ ...OPTIONS, balance })).toContain(`  ${line}\n`);
});

test('it listens on what it is passed, and turns away what is above the limit', () => {
  const text = writeConfiguration(OPTIONS);
  expect(text).toContain('  bind fd@3\n  bind fd@4\n');
  expect(text).toContain('reject if { fe_conn gt 100 } { be_conn(service) ge 100 }');
  expect(text).not.toMatch(/^ *log/m);
});

test('it dials one endpoint after another for as long as a client waits', () => {
  expect(writeConfiguration(OPTIONS)).toContain('  retries 40\n');
  expect(writeConfiguration({ ...OPTIONS, connectTimeoutMs: 100 })).toContain('  retries 1\n');
  expect(writeConfiguration({ ...OPTIONS, connectTimeoutMs: 86_400_000 })).toContain('  retries 100\n');
});

test('it is born with the servers that it is to have, and ambassador stands behind them all', () => {
  const server = { name: 'ambassador.a.1', endpointId: 'a', address: '2001:db8::1', port: 7000, weight: 30 };
  const text = writeConfiguration({ ...OPTIONS, servers: [server], isLogged: true });
  expect(text).toMatch(/^ {2}server ambassador-itself unix@\/tmp\/x\/waiting\.sock backup$/m);
  expect(text).toMatch(/^ {2}server ambassador\.a\.1 ipv6@\[2001:db8::1\]:7000 check .* weight 30$/m);
  expect(text).toContain('log stdout');
});

test('an idle connection whose host is gone ends after 25 s, on either side', () => {
  const text = writeConfiguration(OPTIONS);
  for (const side of ['cli', 'srv']) {
    expect(text).toContain(
      `  option ${side}tcpka\n  ${side}tcpka-idle 15s\n  ${side}tcpka-intvl 1s\n  ${side}tcpka-cnt 10\n`,
    );
  }
});
