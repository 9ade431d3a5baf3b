import { expect, test } from 'vitest';
import { reportEndpoint, reportEndpointStatus } from '../../src/service/endpoint-report.ts';
import { endpoint } from '../pool/fixtures.ts';

const found = endpoint('mdns:redis on h1', {
  instance: 'redis on h1',
  addresses: ['10.99.0.1', 'fe80::1%eth0'],
  port: 12345,
  priority: 1,
  weight: 2,
});

test('an endpoint is reported in the shape of CONTRACT 2, with the address that is dialled first', () => {
  expect(JSON.stringify(reportEndpoint(found, 'ready'))).toBe(
    '{"service":"redis","address":"10.99.0.1","port":12345,"instance":"redis on h1","priority":1,"weight":2,"secure":false,"source":"mdns","state":"ready"}',
  );
});

test('where the source knows no instances the key is absent', () => {
  const { instance: _, ...nameless } = found;
  expect(reportEndpoint(nameless, 'stale')).not.toHaveProperty('instance');
});

test('where nobody knows its state the key is absent', () => {
  expect(reportEndpoint(found)).not.toHaveProperty('state');
});

test('the status adds what it carries (CONTRACT 3)', () => {
  const status = { ...found, state: 'draining' as const, active: 1, total: 5, failures: 2, bytesUp: 3, bytesDown: 4 };
  expect(reportEndpointStatus(status)).toEqual({
    ...reportEndpoint(found, 'draining'),
    active: 1,
    total: 5,
    failures: 2,
  });
  // Where the engine knows bytes of single endpoints.
  const open = { bytesUp: 10, bytesDown: 20 };
  expect(reportEndpointStatus(status, open)).toMatchObject({ bytesUp: 13, bytesDown: 24 });
});
