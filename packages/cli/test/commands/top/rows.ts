import type { RatedRow, ServiceRates } from '../../../src/commands/top/rates.ts';

export const NOW: number = Date.parse('2026-01-02T03:04:05.000Z');

export function row(change: Partial<RatedRow> & { readonly rates?: ServiceRates | undefined } = {}): RatedRow {
  return {
    service: 'redis',
    role: 'proxy',
    where: '127.0.0.1:6379',
    state: 'ready',
    ready: true,
    endpoints: { ready: 2, total: 3 },
    connections: { active: 7, total: 1_234 },
    bytes: { up: 1_000, down: 2_000 },
    since: '2026-01-02T02:59:05.000Z',
    pid: 4711,
    listed: [],
    rates: { connections: 2.5, bytes: 3001500, bytesUp: 1_500, bytesDown: 3_000_000 },
    ...change,
  };
}
