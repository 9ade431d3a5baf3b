import { expect, test } from 'vitest';
import { HealthReport, type SourceHealth } from '../../src/sources/source-health.ts';

test('a source is working until it says otherwise, and nothing is told twice in a row', () => {
  const told: SourceHealth[] = [];
  const report = new HealthReport('dns:a:1', (health) => told.push(health));
  const working = { kind: 'working', source: 'dns:a:1' } as const;
  const failing = (reason: string): SourceHealth => ({ kind: 'failing', source: 'dns:a:1', reason });
  for (const health of [working, failing('timeout'), failing('timeout'), failing('refused'), working, working]) {
    report.tell(health);
  }
  expect(told).toEqual([failing('timeout'), failing('refused'), working]);
});
