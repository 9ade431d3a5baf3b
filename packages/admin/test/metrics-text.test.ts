import { expect, test } from 'vitest';
import type { MetricFamily } from '../src/metric-family.ts';
import { chooseFormat, formatMetrics } from '../src/metrics-text.ts';

const FAMILIES: readonly MetricFamily[] = [
  {
    name: 'a_total',
    help: 'What is "counted",\nand \\how.',
    type: 'counter',
    samples: [{ labels: { of: 'a "quoted" \\ name\nin two' }, value: 3 }],
  },
  { name: 'b', help: 'Now.', type: 'gauge', samples: [{ labels: {}, value: Number.NaN }] },
  {
    name: 'c_seconds',
    help: 'How long.',
    type: 'histogram',
    samples: [
      { suffix: '_bucket', labels: { le: '1', of: 'x' }, value: 2 },
      { suffix: '_bucket', labels: { le: '0.5', of: 'x' }, value: 1 },
      { suffix: '_sum', labels: { of: 'x' }, value: Number.POSITIVE_INFINITY },
    ],
  },
];

test('the text format of Prometheus', () => {
  expect(formatMetrics(FAMILIES, 'prometheus')).toEqual({
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    text: `# HELP a_total What is "counted",\\nand \\\\how.
# TYPE a_total counter
a_total{of="a \\"quoted\\" \\\\ name\\nin two"} 3
# HELP b Now.
# TYPE b gauge
b NaN
# HELP c_seconds How long.
# TYPE c_seconds histogram
c_seconds_bucket{le="1",of="x"} 2
c_seconds_bucket{le="0.5",of="x"} 1
c_seconds_sum{of="x"} +Inf
`,
  });
});

test('OpenMetrics: counters lose their ending where they are described, bounds are floats, quotes are escaped, and it has an end', () => {
  const { contentType, text } = formatMetrics(FAMILIES, 'openmetrics');
  expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(text.split('\n')).toEqual([
    '# HELP a What is \\"counted\\",\\nand \\\\how.',
    '# TYPE a counter',
    'a_total{of="a \\"quoted\\" \\\\ name\\nin two"} 3',
    '# HELP b Now.',
    '# TYPE b gauge',
    'b NaN',
    '# HELP c_seconds How long.',
    '# TYPE c_seconds histogram',
    'c_seconds_bucket{le="1.0",of="x"} 2',
    'c_seconds_bucket{le="0.5",of="x"} 1',
    'c_seconds_sum{of="x"} +Inf',
    '# EOF',
    '',
  ]);
});

test.each([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain;version=0.0.4', 'prometheus'],
  // Prometheus 2.53 and 3.
  [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
  ['Application/OpenMetrics-Text; Version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;version=2.0.0', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
] as const)('Accept: %s is %s', (accept, format) => {
  expect(chooseFormat(accept)).toBe(format);
});
