import { FAILURE_REASONS, type ProxyEvent } from '@mdns-ambassador/ambassador';
import { expect, test } from 'vitest';
import { createLocalNetworkHint } from '../../src/output/local-network-hint.ts';

const ejected = (reason: string): ProxyEvent => ({
  kind: 'endpoint-state',
  service: 'redis',
  state: 'ejected',
  reason,
  endpoint: {
    id: 'a',
    service: 'redis',
    source: 'static',
    secure: false,
    addresses: ['10.97.0.2'],
    port: 6379,
    priority: 0,
    weight: 1,
    draining: false,
  },
});

test('macOS: that nobody can be reached is told as the permission that may be missing, once', () => {
  const hintAt = createLocalNetworkHint('darwin');
  expect(hintAt(ejected(FAILURE_REASONS.refused))).toBeUndefined();
  expect(hintAt(ejected(FAILURE_REASONS.unreachable))).toContain('Privacy & Security > Local Network');
  expect(hintAt(ejected(FAILURE_REASONS.unreachable))).toBeUndefined();
});

test.each(['linux', 'win32', 'freebsd'] as const)('%s has no such permission', (platform) => {
  expect(createLocalNetworkHint(platform)(ejected(FAILURE_REASONS.unreachable))).toBeUndefined();
});
