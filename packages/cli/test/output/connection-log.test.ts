import type { Endpoint } from '@mdns-ambassador/ambassador';
import { expect, test } from 'vitest';
import { connectionToFields, createConnectionLog } from '../../src/output/connection-log.ts';

const ENDPOINT: Endpoint = {
  id: 'mdns:redis on h1',
  service: 'redis',
  instance: 'redis on h1\n{"forged":true}',
  addresses: ['10.99.0.1', 'fe80::1%eth0'],
  port: 12345,
  priority: 0,
  weight: 0,
  secure: false,
  source: 'mdns',
  draining: false,
};

const CARRIED = {
  service: 'redis',
  client: { address: '::1', port: 40000 },
  endpoint: ENDPOINT,
  address: 'fe80::1%eth0',
  bytesUp: 4,
  bytesDown: 3,
  durationMs: 12.3456,
  dialMs: 0.98,
  outcome: { kind: 'reset', by: 'upstream', code: 'ECONNRESET' },
} as const;

test('a connection that was carried says by whom, how much, how long and how it ended', () => {
  expect(connectionToFields(CARRIED)).toEqual({
    service: 'redis',
    client: '[::1]:40000',
    endpoint: '[fe80::1%eth0]:12345',
    instance: ENDPOINT.instance,
    bytesUp: 4,
    bytesDown: 3,
    durationMs: 12.3,
    dialMs: 1,
    outcome: 'reset',
    by: 'upstream',
    code: 'ECONNRESET',
  });
});

test('one that nobody took says why', () => {
  const outcome = { kind: 'failed', reason: 'refused' } as const;
  expect(connectionToFields({ service: 'redis', bytesUp: 0, bytesDown: 0, durationMs: 1, outcome })).toEqual({
    service: 'redis',
    client: 'unix',
    bytesUp: 0,
    bytesDown: 0,
    durationMs: 1,
    outcome: 'failed',
    reason: 'refused',
  });
});

test('each is one line, whatever the network calls things', () => {
  const lines: string[] = [];
  const log = createConnectionLog({ write: (text: string | Uint8Array) => lines.push(String(text)) > 0 });
  log(CARRIED);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'connection', service: 'redis', outcome: 'reset' });
});

test('a hundred a second of each service are told, and then how many were not', () => {
  const lines: string[] = [];
  let now = 0;
  const log = createConnectionLog({ write: (text) => lines.push(text) }, () => now);
  for (let number = 0; number < 6_010; number++) log(CARRIED);
  expect(lines).toHaveLength(6_000);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'connection', moreLeftOut: true });
  log({ ...CARRIED, service: 'other' });
  expect(lines).toHaveLength(6_001);
  now = 60_000;
  log(CARRIED);
  expect(lines.slice(-2).map((line) => JSON.parse(line))).toMatchObject([
    { service: 'redis', leftOut: 10, msg: 'connections were not told' },
    { msg: 'connection', service: 'redis' },
  ]);
});
