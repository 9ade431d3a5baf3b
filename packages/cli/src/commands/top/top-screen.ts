import { cutText, fitColumns, type TableColumn } from '../../output/columns.ts';
import { escapeSentence, escapeText } from '../../output/escape.ts';
import { countThings } from '../../output/phrases.ts';
import type { Line, Style } from '../../output/printer.ts';
import { formatAge, formatState } from '../../output/status-lines.ts';
import type { RatedRow } from './rates.ts';
import { arrange, type View } from './view.ts';

export interface ScreenState {
  readonly rows: readonly RatedRow[];
  /** What is wrong with processes that said nothing of use. */
  readonly problems: readonly string[];
  readonly processes: number;
  readonly view: View;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Shown of this machine, or of the whole LAN, alone. */
interface TopColumn extends Omit<TableColumn<RatedRow>, 'show'> {
  readonly of?: 'here' | 'lan';
  readonly show: (row: RatedRow, now: number) => string;
}

const GAP = 2;
const LEAST_COLUMNS = 20;
const UNKNOWN = '-';

const COLUMNS: readonly TopColumn[] = [
  { title: 'MACHINE', of: 'lan', isCut: true, show: ({ machine = '' }) => escapeText(machine) },
  { title: 'SERVICE', isCut: true, show: ({ service }) => escapeText(service) },
  { title: 'ROLE', rank: 5, show: ({ role }) => role },
  {
    title: 'WHERE',
    rank: 4,
    isCut: true,
    show: ({ where }) => (where === '' ? UNKNOWN : escapeText(where)),
  },
  { title: 'STATE', isCut: true, show: formatState },
  {
    title: 'ENDPTS',
    of: 'here',
    isNumber: true,
    rank: 7,
    show: ({ endpoints }) => (endpoints === undefined ? UNKNOWN : `${endpoints.ready}/${endpoints.total}`),
  },
  { title: 'CLIENTS', isNumber: true, show: ({ connections }) => String(connections?.active ?? UNKNOWN) },
  { title: 'NEW/S', isNumber: true, rank: 6, show: ({ rates }) => formatRate(rates?.connections) },
  { title: 'UP/S', of: 'here', isNumber: true, rank: 8, show: ({ rates }) => formatBytes(rates?.bytesUp) },
  { title: 'DOWN/S', of: 'here', isNumber: true, rank: 9, show: ({ rates }) => formatBytes(rates?.bytesDown) },
  { title: 'BYTES/S', of: 'lan', isNumber: true, rank: 9, show: ({ rates }) => formatBytes(rates?.bytes) },
  { title: 'TOTAL', isNumber: true, rank: 1, show: ({ connections }) => formatCount(connections?.total) },
  { title: 'SINCE', of: 'here', isNumber: true, rank: 3, show: ({ since }, now) => formatAge(now - Date.parse(since)) },
  { title: 'MODE', of: 'here', rank: 0, show: ({ mesh }) => (mesh === undefined ? 'open' : 'mesh') },
  { title: 'PID', of: 'here', isNumber: true, rank: 2, show: ({ pid }) => String(pid) },
];

/** As many lines as there are rows at most, none wider than the terminal: a heading, the table, what is wrong, and the keys. */
export function drawScreen(state: ScreenState, size: ScreenSize, style: Style): readonly Line[] {
  const columns = Math.max(LEAST_COLUMNS, size.columns);
  const arranged = arrange(state.rows, state.view);
  const foot = drawFoot(state, columns, style);
  const [heading = [], ...body] = drawTable(state, arranged, columns, style);
  const room = Math.max(0, size.rows - foot.length - 2);
  const scrolled = Math.min(state.view.scrolled, Math.max(0, body.length - room));
  const shown = body.slice(scrolled, scrolled + room);
  return [drawTitle(state, arranged, columns, style), heading, ...shown, ...foot].slice(0, size.rows);
}

function drawTitle(
  { processes, now, rows }: ScreenState,
  shown: readonly RatedRow[],
  columns: number,
  style: Style,
): Line {
  const unready = rows.filter(({ ready }) => !ready).length;
  const clock = new Date(now).toTimeString().slice(0, 8);
  const some = shown.length === rows.length ? '' : `${shown.length} of `;
  const text = `ambassador ${clock}  ${processes === 1 ? '1 process' : `${processes} processes`}, ${some}${countThings(rows.length, 'service')}, `;
  const rest = unready === 0 ? 'all ready' : `${unready} not ready`;
  const fitting = cutText(text + rest, columns);
  const isWhole = fitting === text + rest;
  return isWhole ? [style.bold(text), unready === 0 ? style.green(rest) : style.red(rest)] : [style.bold(fitting)];
}

function drawTable(
  { view, now }: ScreenState,
  rows: readonly RatedRow[],
  columns: number,
  style: Style,
): readonly Line[] {
  const scope = rows.some(({ machine }) => machine !== undefined) ? 'lan' : 'here';
  const shown = COLUMNS.filter((column) => column.of === undefined || column.of === scope).map((column) => ({
    ...column,
    show: (row: RatedRow) => column.show(row, now),
  }));
  const { heading, format } = fitColumns(shown, rows, columns, GAP);
  return [
    [style.bold(cutText(heading, columns))],
    ...rows.flatMap((row) => {
      const line = cutText(format(row), columns);
      return [
        [row.ready ? line : style.yellow(line)],
        ...(view.withEndpoints ? drawEndpoints(row, columns, style) : []),
      ];
    }),
  ];
}

function drawEndpoints({ listed }: RatedRow, columns: number, style: Style): readonly Line[] {
  return listed.map(({ place, name, state, active, total, failures }) => {
    const called = name === '' ? '' : ` "${escapeText(name)}"`;
    const text = `  ${escapeText(place)}${called} ${escapeText(state)}, ${active} of ${total} open, ${failures} failed`;
    const fitting = cutText(text, columns);
    return [state === 'ready' ? style.dim(fitting) : style.yellow(fitting)];
  });
}

function drawFoot({ problems, view }: ScreenState, columns: number, style: Style): readonly Line[] {
  const told = problems.slice(0, 3).map((problem): Line => [style.red(cutText(escapeSentence(problem), columns))]);
  const keys = view.isTyping
    ? `show services with: ${view.filter}_  (Enter keeps it, Esc shows all)`
    : `q quit  s sort (${view.sort})  / filter${view.filter === '' ? '' : ` (${view.filter})`}  e endpoints  arrows scroll`;
  return [...told, [style.dim(cutText(keys, columns))]];
}

function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return UNKNOWN;
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
}

function formatCount(count: number | undefined): string {
  return count === undefined ? UNKNOWN : scale(count, 1_000, ['', 'k', 'M', 'G']);
}

/** In steps of 1024. */
function formatBytes(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : scale(Math.round(bytes), 1_024, ['B', 'K', 'M', 'G', 'T']);
}

function scale(amount: number, step: number, units: readonly string[]): string {
  let size = amount;
  let unit = 0;
  while (size >= step && unit < units.length - 1) {
    size /= step;
    unit += 1;
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : String(Math.round(size))}${units[unit] ?? ''}`;
}

/** What stands on the screen while nothing runs. */
export function drawNothing(text: string, size: ScreenSize, style: Style): readonly Line[] {
  return [[cutText(text, Math.max(LEAST_COLUMNS, size.columns))], [style.dim('q quit')]];
}
