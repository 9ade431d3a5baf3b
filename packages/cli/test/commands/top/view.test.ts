import { describe, expect, test } from 'vitest';
import { arrange, FIRST_VIEW, press, splitKeys, type View } from '../../../src/commands/top/view.ts';
import { row } from './rows.ts';

function typed(...keys: readonly string[]): View | 'quit' | 'suspend' {
  let view: View = FIRST_VIEW;
  for (const key of keys) {
    const next = press(view, key);
    if (typeof next === 'string') return next;
    view = next;
  }
  return view;
}

describe('keys', () => {
  test.each([[['q']], [['Q']], [['\u001b']], [['\u0003']], [['/', '\u0003']]])('%j quit', (keys) => {
    expect(typed(...keys)).toBe('quit');
  });

  test('s goes through what may be sorted by, and begins anew', () => {
    expect(typed('s')).toMatchObject({ sort: 'clients' });
    expect(typed('s', 's', 's')).toMatchObject({ sort: 'traffic' });
    expect(typed('s', 's', 's', 's')).toMatchObject({ sort: 'name' });
  });

  test('a filter is typed, corrected, kept, and given up', () => {
    expect(typed('/', 'r', 'Q', '\u007f', 'e', '$')).toMatchObject({ filter: 're', isTyping: true });
    expect(typed('/', 'r', '\r')).toMatchObject({ filter: 'r', isTyping: false });
    expect(typed('/', 'r', '\u001b')).toMatchObject({ filter: '', isTyping: false });
    expect(typed('/', 'r', '\r', '\u001b')).toMatchObject({ filter: '' });
    expect(typed('/', ...'a'.repeat(40))).toMatchObject({ filter: 'a'.repeat(15) });
  });

  test('arrows scroll, and not above the top', () => {
    expect(typed('j', 'j', '\u001b[A')).toMatchObject({ scrolled: 1 });
    expect(typed('k')).toMatchObject({ scrolled: 0 });
    expect(typed('\u001b[6~', '\u001bOB')).toMatchObject({ scrolled: 11 });
  });

  test('e shows endpoints, Ctrl-Z is the shell’s, others are nothing', () => {
    expect(typed('e')).toMatchObject({ withEndpoints: true });
    expect(typed('\u001a')).toBe('suspend');
    expect(typed('x', '\u001b[1;5C')).toEqual(FIRST_VIEW);
  });

  test('several that came at once are told apart', () => {
    expect(splitKeys('ss\u001b[A\u001bOBq')).toEqual(['s', 's', '\u001b[A', '\u001bOB', 'q']);
    expect(splitKeys('\u001b')).toEqual(['\u001b']);
    expect(splitKeys('')).toEqual([]);
  });
});

test('rows are filtered by name and sorted by what was chosen, else by name', () => {
  const rows = [
    row({ service: 'web', rates: { connections: 9, bytes: 1, bytesUp: 0, bytesDown: 1 } }),
    row({ service: 'redis', connections: { active: 9, total: 9 }, rates: undefined }),
    row({ service: 'api', rates: { connections: 1, bytes: 10, bytesUp: 5, bytesDown: 5 } }),
  ];
  const names = (change: Partial<View>) => arrange(rows, { ...FIRST_VIEW, ...change }).map(({ service }) => service);
  expect(names({})).toEqual(['api', 'redis', 'web']);
  expect(names({ sort: 'clients' })).toEqual(['redis', 'api', 'web']);
  expect(names({ sort: 'connections' })).toEqual(['web', 'api', 'redis']);
  expect(names({ sort: 'traffic' })).toEqual(['api', 'web', 'redis']);
  expect(names({ filter: 'e' })).toEqual(['redis', 'web']);
});
