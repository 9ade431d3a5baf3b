import { escapeSentence, escapeText } from '../../output/escape.ts';
import { countThings } from '../../output/phrases.ts';
import type { Line, Style } from '../../output/printer.ts';
import { formatAge } from '../../output/status-lines.ts';
import { measureWidth } from '../../output/table.ts';
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

interface Column {
  readonly title: string;
  readonly isNumber: boolean;
  /** Lower ones are left out first where there is no room; those without stay. */
  readonly rank?: number;
  /** Shown of this machine, or of the whole LAN, alone. */
  readonly of?: 'here' | 'lan';
  /** It is cut where nothing more can be left out. */
  readonly isCut?: boolean;
  readonly show: (row: RatedRow, now: number) => string;
}

const GAP = 2;
const LEAST_COLUMNS = 20;
const LEAST_CUT = 6;
const UNKNOWN = '-';

const COLUMNS: readonly Column[] = [
  { title: 'MACHINE', isNumber: false, of: 'lan', isCut: true, show: ({ machine = '' }) => escapeText(machine) },
  { title: 'SERVICE', isNumber: false, isCut: true, show: ({ service }) => escapeText(service) },
  { title: 'ROLE', isNumber: false, rank: 5, show: ({ role }) => role },
  {
    title: 'WHERE',
    isNumber: false,
    rank: 4,
    isCut: true,
    show: ({ where }) => (where === '' ? UNKNOWN : escapeText(where)),
  },
  { title: 'STATE', isNumber: false, isCut: true, show: ({ state }) => escapeText(state) },
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
  { title: 'MODE', of: 'here', isNumber: false, rank: 0, show: ({ mesh }) => (mesh === undefined ? 'open' : 'mesh') },
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
  const fitting = cut(text + rest, columns);
  const isWhole = fitting === text + rest;
  return isWhole ? [style.bold(text), unready === 0 ? style.green(rest) : style.red(rest)] : [style.bold(fitting)];
}

function drawTable(
  { view, now }: ScreenState,
  rows: readonly RatedRow[],
  columns: number,
  style: Style,
): readonly Line[] {
  const { shown, widths } = fitColumns(rows, columns, now);
  const heading = layOut(shown, widths, ({ title }) => title, columns);
  return [
    [style.bold(heading)],
    ...rows.flatMap((row) => [
      [
        row.ready
          ? layOut(shown, widths, ({ show }) => show(row, now), columns)
          : style.yellow(layOut(shown, widths, ({ show }) => show(row, now), columns)),
      ],
      ...(view.withEndpoints ? drawEndpoints(row, columns, style) : []),
    ]),
  ];
}

function drawEndpoints({ listed }: RatedRow, columns: number, style: Style): readonly Line[] {
  return listed.map(({ place, name, state, active, total, failures }) => {
    const called = name === '' ? '' : ` "${escapeText(name)}"`;
    const text = `  ${escapeText(place)}${called} ${escapeText(state)}, ${active} of ${total} open, ${failures} failed`;
    const fitting = cut(text, columns);
    return [state === 'ready' ? style.dim(fitting) : style.yellow(fitting)];
  });
}

function drawFoot({ problems, view }: ScreenState, columns: number, style: Style): readonly Line[] {
  const told = problems.slice(0, 3).map((problem): Line => [style.red(cut(escapeSentence(problem), columns))]);
  const keys = view.isTyping
    ? `show services with: ${view.filter}_  (Enter keeps it, Esc shows all)`
    : `q quit  s sort (${view.sort})  / filter${view.filter === '' ? '' : ` (${view.filter})`}  e endpoints  arrows scroll`;
  return [...told, [style.dim(cut(keys, columns))]];
}

/** Which columns there is room for, and how wide each is. */
function fitColumns(
  rows: readonly RatedRow[],
  columns: number,
  now: number,
): { readonly shown: readonly Column[]; readonly widths: ReadonlyMap<Column, number> } {
  const scope = rows.some(({ machine }) => machine !== undefined) ? 'lan' : 'here';
  const all = COLUMNS.filter((column) => column.of === undefined || column.of === scope);
  const natural = new Map(
    all.map((column) => [
      column,
      Math.max(measureWidth(column.title), ...rows.map((row) => measureWidth(column.show(row, now)))),
    ]),
  );
  const measure = (shown: readonly Column[], widths: ReadonlyMap<Column, number>): number =>
    shown.reduce((sum, column) => sum + (widths.get(column) ?? 0) + GAP, -GAP);
  let shown = all;
  for (const rank of all.flatMap((column) => column.rank ?? []).toSorted((a, b) => a - b)) {
    // Names that are too long are cut before numbers are left out.
    if (measure(shown, cutAll(natural)) <= columns) break;
    shown = shown.filter((column) => column.rank !== rank);
  }
  const widths = new Map(natural);
  for (let excess = measure(shown, widths) - columns; excess > 0; excess = measure(shown, widths) - columns) {
    const widest = shown
      .filter(({ isCut }) => isCut === true)
      .reduce((a, b) => ((widths.get(b) ?? 0) > (widths.get(a) ?? 0) ? b : a));
    const width = widths.get(widest) ?? 0;
    if (width <= LEAST_CUT) break;
    widths.set(widest, width - 1);
  }
  return { shown, widths };
}

/** Of names as much as a common one takes. */
const COMMON_CUT = 15;

function cutAll(natural: ReadonlyMap<Column, number>): ReadonlyMap<Column, number> {
  return new Map(
    [...natural].map(([column, width]) => [column, column.isCut === true ? Math.min(width, COMMON_CUT) : width]),
  );
}

function layOut(
  shown: readonly Column[],
  widths: ReadonlyMap<Column, number>,
  cell: (column: Column) => string,
  columns: number,
): string {
  const cells = shown.map((column) => {
    const width = widths.get(column) ?? 0;
    const text = cut(cell(column), width);
    const padding = ' '.repeat(Math.max(0, width - measureWidth(text)));
    return column.isNumber ? padding + text : text + padding;
  });
  return cut(cells.join(' '.repeat(GAP)).trimEnd(), columns);
}

/** So many columns of a terminal at most; `…` stands for what is left out. */
function cut(text: string, columns: number): string {
  if (measureWidth(text) <= columns) return text;
  let fitting = '';
  for (const character of text) {
    if (measureWidth(fitting + character) > columns - 1) break;
    fitting += character;
  }
  return `${fitting}…`;
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
  return [[cut(text, Math.max(LEAST_COLUMNS, size.columns))], [style.dim('q quit')]];
}
