import { expect, test } from 'vitest';
import { createStyle, type Line } from '../../src/output/printer.ts';
import { formatAge, formatServices, type ShownService } from '../../src/output/status-lines.ts';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');
const PROXY: ShownService = {
  service: 'redis',
  role: 'proxy',
  where: '127.0.0.1:6379',
  state: 'ready',
  ready: true,
  endpoints: { ready: 2, total: 3 },
  connections: { active: 7, total: 10 },
  since: '2026-01-02T02:59:05.000Z',
  mesh: '0123456789abcdef',
  pid: 4711,
};
const ANNOUNCEMENT: ShownService = {
  service: 'web',
  role: 'announce',
  where: '',
  state: 'withdrawn',
  ready: false,
  reason: 'connection \u001b[31mrefused',
  since: '2026-01-02T03:04:00.000Z',
  pid: 12,
};

function show(
  services: readonly ShownService[],
  isColoured = false,
  columns = Number.POSITIVE_INFINITY,
): readonly Line[] {
  return formatServices(services, NOW, createStyle(isColoured), columns);
}

function texts(lines: readonly Line[]): readonly string[] {
  return lines.map((line) => line.map((part) => (typeof part === 'string' ? part : part.text)).join(''));
}

test('a table, and under it why what is not ready is not, with nothing that a terminal would obey', () => {
  expect(texts(show([PROXY, ANNOUNCEMENT]))).toEqual([
    'SERVICE   ROLE       WHERE            STATE       ENDPOINTS   CLIENTS   SINCE   MODE            PID',
    'redis     proxy      127.0.0.1:6379   ready       2/3         7         5m      mesh 01234567   4711',
    'web       announce   -                withdrawn   -           -         5s      open            12',
    'web (process 12): connection \\u{1b}[31mrefused',
  ]);
});

test('faults that were asked for stand beside the state', () => {
  const [, row] = texts(show([{ ...PROXY, faults: 'delay=200ms,reset=5%' }]));
  expect(row).toContain(' ready WITH FAULTS delay=200ms,reset=5% ');
});

test('a terminal breaks no line of the table: it comes closer together, and then leaves out what matters least', () => {
  const table = (columns: number): readonly string[] => texts(show([PROXY, ANNOUNCEMENT], false, columns)).slice(0, 3);
  expect(table(200)).toEqual(table(Number.POSITIVE_INFINITY));
  expect(table(93)[1]).toBe(
    'redis    proxy     127.0.0.1:6379  ready      2/3        7        5m     mesh 01234567  4711',
  );
  expect(table(80)[0]).toBe('SERVICE  ROLE      WHERE           STATE      ENDPOINTS  CLIENTS  SINCE  PID');
  expect(table(40)).toEqual(['SERVICE  ROLE      STATE', 'redis    proxy     ready', 'web      announce  withdrawn']);
  for (let columns = 18; columns <= 100; columns++) {
    for (const line of table(columns)) expect(line.length, `${columns}: ${line}`).toBeLessThanOrEqual(columns);
  }
});

test('what is not ready has a colour where colours are wanted', () => {
  const [, ready, not] = show([PROXY, ANNOUNCEMENT], true);
  expect(ready?.[0]).toBeTypeOf('string');
  expect(not?.[0]).toMatchObject({ colour: { on: '33', off: '39' } });
});

test.each([
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_599_999, '59m'],
  [3_600_000, '1h'],
  [86_400_000 * 3, '3d'],
  [-5_000, '0s'],
  [Number.NaN, '?'],
])('%d ms are %s', (durationMs, text) => {
  expect(formatAge(durationMs)).toBe(text);
});
