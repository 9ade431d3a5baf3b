import type { RatedRow } from './rates.ts';

/** What rows may be sorted by, in the order in which a key goes through them. */
const SORTS = ['name', 'clients', 'connections', 'traffic'] as const;
type Sort = (typeof SORTS)[number];

/** What somebody at the keyboard has chosen. */
export interface View {
  readonly sort: Sort;
  /** Part of the service's name; empty: all. */
  readonly filter: string;
  /** The filter is being typed. */
  readonly isTyping: boolean;
  readonly withEndpoints: boolean;
  /** Lines that are scrolled away. */
  readonly scrolled: number;
}

export const FIRST_VIEW: View = { sort: 'name', filter: '', isTyping: false, withEndpoints: false, scrolled: 0 };

const LONGEST_FILTER = 15;
const PAGE = 10;

/** What a key makes of the view; `quit` and `suspend` are of the program. */
export function press(view: View, key: string): View | 'quit' | 'suspend' {
  if (key === '\u0003') return 'quit';
  if (key === '\u001a') return 'suspend';
  return view.isTyping ? type(view, key) : command(view, key);
}

function type(view: View, key: string): View {
  switch (key) {
    case '\r':
    case '\n':
      return { ...view, isTyping: false };
    case '\u001b':
      return { ...view, isTyping: false, filter: '' };
    case '\u007f':
    case '\b':
      return { ...view, filter: view.filter.slice(0, -1) };
    default:
      if (!/^[a-z0-9_.-]$/i.test(key) || view.filter.length >= LONGEST_FILTER) return view;
      return { ...view, filter: view.filter + key.toLowerCase(), scrolled: 0 };
  }
}

function command(view: View, key: string): View | 'quit' {
  const scroll = (lines: number): View => ({ ...view, scrolled: Math.max(0, view.scrolled + lines) });
  switch (key) {
    case 'q':
    case 'Q':
      return 'quit';
    case '\u001b':
      return view.filter === '' ? 'quit' : { ...view, filter: '' };
    case 's':
      return { ...view, sort: SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? view.sort };
    case '/':
      return { ...view, isTyping: true, scrolled: 0 };
    case 'e':
      return { ...view, withEndpoints: !view.withEndpoints };
    case 'j':
    case '\u001b[B':
    case '\u001bOB':
      return scroll(1);
    case 'k':
    case '\u001b[A':
    case '\u001bOA':
      return scroll(-1);
    case ' ':
    case '\u001b[6~':
      return scroll(PAGE);
    case 'b':
    case '\u001b[5~':
      return scroll(-PAGE);
    default:
      return view;
  }
}

/** A terminal may send several keys at once; an escape alone is the key of that name. */
export function splitKeys(input: string): readonly string[] {
  // CSI and SS3 of ECMA-48, else one character.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
  return input.match(/\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Z]|[\s\S]/gu) ?? [];
}

/** Those that the filter lets through, in order. */
export function arrange(rows: readonly RatedRow[], { sort, filter }: View): readonly RatedRow[] {
  const shown = rows.filter(({ service }) => service.includes(filter));
  const byName = (a: RatedRow, b: RatedRow): number => a.service.localeCompare(b.service) || a.pid - b.pid;
  const size = (row: RatedRow): number => {
    switch (sort) {
      case 'name':
        return 0;
      case 'clients':
        return row.connections?.active ?? 0;
      case 'connections':
        return row.rates?.connections ?? 0;
      case 'traffic':
        return row.rates?.bytes ?? 0;
      default:
        return sort satisfies never;
    }
  };
  return shown.toSorted((a, b) => size(b) - size(a) || byName(a, b));
}
