import { measureWidth } from './table.ts';

const LEAST_CUT = 6;
/** Of texts as much as a common one takes. */
const COMMON_CUT = 15;

/** A column of a table whose rows are such. */
export interface TableColumn<Row> {
  readonly title: string;
  /** Its cells end below one another. */
  readonly isNumber?: boolean;
  /** Lower ones are left out first where there is no room; those without stay. */
  readonly rank?: number;
  /** It is cut where nothing more can be left out. */
  readonly isCut?: boolean;
  readonly show: (row: Row) => string;
}

/** The columns that there is room for. */
export interface FittedColumns<Row> {
  readonly heading: string;
  format(row: Row): string;
}

/**
 * As many of the columns as `width` of a terminal has room for with `gap` spaces between them, each as wide as its widest cell. What is never left out and
 * never cut may be wider still.
 */
export function fitColumns<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  width: number,
  gap: number,
): FittedColumns<Row> {
  const natural = new Map(columns.map((column) => [column, measureColumn(column, rows)]));
  const measure = (shown: readonly TableColumn<Row>[], widths: ReadonlyMap<TableColumn<Row>, number>): number =>
    shown.reduce((sum, column) => sum + (widths.get(column) ?? 0) + gap, -gap);
  const leastCut = new Map(
    columns.map((column) => [
      column,
      Math.min(natural.get(column) ?? 0, column.isCut === true ? COMMON_CUT : Number.POSITIVE_INFINITY),
    ]),
  );
  let shown = columns;
  for (const rank of columns.flatMap((column) => column.rank ?? []).toSorted((a, b) => a - b)) {
    // Texts that are too long are cut before others are left out.
    if (measure(shown, leastCut) <= width) break;
    shown = shown.filter((column) => column.rank !== rank);
  }
  const widths = new Map(natural);
  for (let excess = measure(shown, widths) - width; excess > 0; excess--) {
    const [widest] = shown
      .filter(({ isCut }) => isCut === true)
      .toSorted((a, b) => (widths.get(b) ?? 0) - (widths.get(a) ?? 0));
    const most = widest === undefined ? 0 : (widths.get(widest) ?? 0);
    if (widest === undefined || most <= LEAST_CUT) break;
    widths.set(widest, most - 1);
  }
  const layOut = (cell: (column: TableColumn<Row>) => string): string =>
    shown
      .map((column) => {
        const text = cutText(cell(column), widths.get(column) ?? 0);
        const padding = ' '.repeat(Math.max(0, (widths.get(column) ?? 0) - measureWidth(text)));
        return column.isNumber === true ? padding + text : text + padding;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return { heading: layOut(({ title }) => title), format: (row) => layOut(({ show }) => show(row)) };
}

function measureColumn<Row>({ title, show }: TableColumn<Row>, rows: readonly Row[]): number {
  return Math.max(measureWidth(title), ...rows.map((row) => measureWidth(show(row))));
}

/** So many columns of a terminal at most; `…` stands for what is left out. */
export function cutText(text: string, width: number): string {
  if (measureWidth(text) <= width) return text;
  let fitting = '';
  for (const character of text) {
    if (measureWidth(fitting + character) > width - 1) break;
    fitting += character;
  }
  return `${fitting}…`;
}
