import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listLanRows } from '../../../src/commands/top/lan-rows.ts';
import { drawScreen, type ScreenState } from '../../../src/commands/top/top-screen.ts';
import { FIRST_VIEW, type View } from '../../../src/commands/top/view.ts';
import { createStyle, formatLine } from '../../../src/output/printer.ts';
import { measureWidth } from '../../../src/output/table.ts';
import { parseLanStatus } from '../../../src/process/lan-status.ts';
import { NOW, row } from './rows.ts';

const { connections: _, endpoints: __, bytes: ___, ...silent } = row({ rates: undefined });
const ROWS = [
  row(),
  {
    ...silent,
    service: 'web',
    role: 'announce' as const,
    where: '10.99.0.1:8000',
    state: 'withdrawn',
    ready: false,
    mesh: '01',
    pid: 12,
  },
];

function draw(
  columns: number,
  rows = 24,
  change: Partial<Omit<ScreenState, 'view'>> & { readonly view?: Partial<View> } = {},
  isColoured = false,
): readonly string[] {
  const { view, ...rest } = change;
  const state = { rows: ROWS, problems: [], processes: 2, now: NOW, ...rest, view: { ...FIRST_VIEW, ...view } };
  return drawScreen(state, { columns, rows }, createStyle(isColoured)).map(formatLine);
}

test('with 200 columns everything is there', () => {
  expect(draw(200).slice(1, -1)).toEqual([
    'SERVICE  ROLE      WHERE           STATE      ENDPTS  CLIENTS  NEW/S  UP/S  DOWN/S  TOTAL  SINCE  MODE   PID',
    'redis    proxy     127.0.0.1:6379  ready         2/3        7    2.5  1.5K    2.9M   1.2k     5m  open  4711',
    'web      announce  10.99.0.1:8000  withdrawn       -        -      -     -       -      -     5m  mesh    12',
  ]);
  expect(draw(200)[0]).toMatch(/^ambassador \d\d:\d\d:\d\d {2}2 processes, 2 services, 1 not ready$/);
});

test('with 80 columns what matters least is left out', () => {
  expect(draw(80).slice(1, 3)).toEqual([
    'SERVICE  ROLE      STATE      ENDPTS  CLIENTS  NEW/S  UP/S  DOWN/S',
    'redis    proxy     ready         2/3        7    2.5  1.5K    2.9M',
  ]);
});

test('the heading, the title and the keys have their place, and the rest scrolls between them', () => {
  const rows = Array.from({ length: 50 }, (_, index) => row({ service: `s${String(index).padStart(2, '0')}` }));
  const top = draw(80, 10, { rows });
  expect(top).toHaveLength(10);
  expect(top[2]).toContain('s00');
  const below = draw(80, 10, { rows, view: { scrolled: 3 } });
  expect(below[1]).toBe(top[1]);
  expect(below[2]).toContain('s03');
  const end = draw(80, 10, { rows, view: { scrolled: 1_000 } });
  expect(end.at(-2)).toContain('s49');
  expect(end.at(-1)).toContain('q quit');
});

test('of the whole LAN: who announces, and where connections go', () => {
  const status = {
    machines: [
      {
        id: 'a',
        name: 'h1',
        services: [{ id: 'r', service: 'redis', instance: 'redis on h1', port: 12345, state: 'announced' }],
      },
      { id: 'b', name: 'h2', services: [] },
    ],
    links: [
      {
        from: 'b',
        to: 'a',
        target: 'r',
        service: 'redis',
        state: 'ejected',
        active: 3,
        total: 40,
        connectionsPerSecond: 2,
        bytesPerSecond: 2_048,
      },
    ],
  };
  expect(draw(120, 24, { rows: listLanRows(status) }).slice(1, -1)).toEqual([
    'MACHINE  SERVICE  ROLE      WHERE               STATE      CLIENTS  NEW/S  BYTES/S  TOTAL',
    'h1       redis    announce  redis on h1 :12345  announced        -      -        -      -',
    'h2       redis    proxy     > h1: redis on h1   ejected          3    2.0     2.0K     40',
  ]);
  expect(parseLanStatus(JSON.stringify({ ...status, at: 1 }))).toEqual({ ...status, at: 1 });
  expect(parseLanStatus('{"machines":[]}')).toBeUndefined();
});

test('endpoints stand below their proxy when they were asked for', () => {
  const listed = [
    { place: '10.99.0.1:1', name: 'redis on h1', state: 'ejected', active: 1, total: 5, failures: 2 },
    { place: '10.99.0.2:1', name: '', state: 'ready', active: 0, total: 1, failures: 0 },
  ];
  const lines = draw(100, 24, { rows: [row({ listed })], view: { withEndpoints: true } });
  expect(lines.slice(3, 5)).toEqual([
    '  10.99.0.1:1 "redis on h1" ejected, 1 of 5 open, 2 failed',
    '  10.99.0.2:1 ready, 0 of 1 open, 0 failed',
  ]);
});

test('processes that hang are told of, and a filter says what it lets through', () => {
  const lines = draw(80, 24, { problems: ['process 1 does not answer'], view: { filter: 'web', isTyping: true } });
  expect(lines[0]).toContain('1 of 2 services');
  expect(lines.at(-2)).toBe('process 1 does not answer');
  expect(lines.at(-1)).toBe('show services with: web_  (Enter keeps it, Esc shows all)');
});

test('colours are there where they are wanted alone', () => {
  expect(draw(80, 24, {}, true).join('')).toContain('\u001b[33m');
  expect(draw(80).join('')).not.toContain('\u001b');
});

test('whatever services and endpoints are called and however small the terminal is, no line is wider and nothing controls it', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      text,
      fc.integer({ min: 20, max: 220 }),
      fc.integer({ min: 1, max: 40 }),
      (name, state, columns, rows) => {
        const listed = [{ place: name, name, state, active: 1, total: 2, failures: 3 }];
        const hostile = row({ service: name, where: name, state, listed });
        const change = { rows: [hostile, row()], problems: [name], view: { withEndpoints: true } };
        const lines = draw(columns, rows, change);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          expect(measureWidth(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      },
    ),
  );
});
