/** A machine, as far as its place is concerned. */
export interface Piece {
  readonly id: string;
  /** In pixels. */
  readonly height: number;
  /** `uses`: it has proxies, and stands before those that only offer. */
  readonly side: 'uses' | 'offers';
}

/** Pixels from the upper left corner of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By id. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly columns: readonly PictureColumn[];
  /** Of each column, from the left. */
  readonly passages: readonly Passage[];
}

/** Where a line may cross a column without lying behind a box. */
export interface Passage {
  readonly left: number;
  readonly right: number;
  /** Between two boxes, from above. */
  readonly levels: readonly number[];
  /** From here on nothing is in the way. */
  readonly end: number;
}

/** What is in a column, from above; a machine that has left keeps its slot until another needs one. */
interface PictureColumn {
  readonly side: Piece['side'];
  readonly slots: readonly Slot[];
}

interface Slot {
  readonly id: string | undefined;
  readonly height: number;
}

const WIDEST_BOX = 330;
const NARROWEST_BOX = 216;
/** Lines run between columns. */
const NARROWEST_LANE = 72;
const WIDEST_LANE = 260;
/** On a phone they run beside the one column. */
const SIDE_LANE = 52;
const GAP = 16;
/** A column is not made longer than that while there is room for another. */
const LONG_COLUMN = 620;

/**
 * Where the boxes are. Pure and deterministic: who uses others stands left of who only offers, no two overlap, and, given the layout before
 * it of the same width, whoever stays keeps its place when another leaves; who comes takes a slot that is free, or the shortest column.
 */
export function layOut(pieces: readonly Piece[], width: number, before?: Layout): Layout {
  const kept = before?.width === width ? keepColumns(pieces, before.columns) : undefined;
  const columns = kept ?? startColumns(pieces, width);
  const placed = new Set(columns.flatMap(({ slots }) => slots.map(({ id }) => id)));
  const fresh = pieces.filter(({ id }) => !placed.has(id));
  const filled = [
    ...fresh.filter(({ side }) => side === 'uses'),
    ...fresh.filter(({ side }) => side === 'offers'),
  ].reduce(place, columns);
  return measure(filled, width);
}

function keepColumns(
  pieces: readonly Piece[],
  columns: readonly PictureColumn[],
): readonly PictureColumn[] | undefined {
  const heights = new Map(pieces.map(({ id, height }) => [id, height]));
  const kept = columns.map(({ side, slots }) => ({
    side,
    slots: trim(
      slots.map((slot) => {
        const height = slot.id === undefined ? undefined : heights.get(slot.id);
        // Who needs less room for now will need it again.
        return height === undefined
          ? { ...slot, id: undefined }
          : { id: slot.id, height: Math.max(height, slot.height) };
      }),
    ),
  }));
  const isAlive = kept.some(({ slots }) => slots.length > 0);
  const sides = new Set(pieces.map(({ side }) => side));
  const fits = [...sides].every((side) => kept.length === 1 || kept.some((column) => column.side === side));
  return isAlive && fits ? kept : undefined;
}

/** Room below the last one is nobody's. */
function trim(slots: readonly Slot[]): readonly Slot[] {
  const last = slots.findLastIndex(({ id }) => id !== undefined);
  return slots.slice(0, last + 1);
}

function startColumns(pieces: readonly Piece[], width: number): readonly PictureColumn[] {
  const most = Math.max(1, Math.floor((width + NARROWEST_LANE) / (NARROWEST_BOX + NARROWEST_LANE)));
  const need = (side: Piece['side']): number => sumHeights(pieces.filter((piece) => piece.side === side));
  const [uses, offers] = [need('uses'), need('offers')];
  if (most === 1) return [{ side: 'offers', slots: [] }];
  const wanted = (height: number): number => Math.ceil(height / LONG_COLUMN);
  let [left, right] = [wanted(uses), wanted(offers)];
  if (left + right > most) {
    left =
      uses === 0 ? 0 : Math.min(most - Math.sign(offers), Math.max(1, Math.round((most * uses) / (uses + offers))));
    right = most - left;
  }
  return [
    ...Array.from({ length: left }, (): PictureColumn => ({ side: 'uses', slots: [] })),
    ...Array.from({ length: right }, (): PictureColumn => ({ side: 'offers', slots: [] })),
  ];
}

/** Into the first free slot of its side that is high enough, else below the shortest column of it. */
function place(columns: readonly PictureColumn[], { id, height, side }: Piece): readonly PictureColumn[] {
  const isSide = (column: PictureColumn): boolean => columns.length === 1 || column.side === side;
  const isFree = (slot: Slot): boolean => slot.id === undefined && slot.height >= height;
  const free = columns.findIndex((column) => isSide(column) && column.slots.some(isFree));
  if (free >= 0) {
    const at = columns[free]?.slots.findIndex(isFree);
    return replaceColumn(columns, free, (slots) =>
      slots.map((slot, index) => (index === at ? { id, height: slot.height } : slot)),
    );
  }
  const shortest = columns.reduce(
    (best, column, index) => {
      const length = sumHeights(column.slots);
      return isSide(column) && length < best.length ? { index, length } : best;
    },
    { index: 0, length: Number.POSITIVE_INFINITY },
  );
  return replaceColumn(columns, shortest.index, (slots) => [...slots, { id, height }]);
}

function replaceColumn(
  columns: readonly PictureColumn[],
  at: number,
  change: (slots: readonly Slot[]) => readonly Slot[],
): readonly PictureColumn[] {
  return columns.map((column, index) => (index === at ? { ...column, slots: change(column.slots) } : column));
}

function measure(columns: readonly PictureColumn[], width: number): Layout {
  const count = columns.length;
  const isNarrow = count === 1 && width < NARROWEST_BOX * 2 + NARROWEST_LANE;
  const room = isNarrow ? width - SIDE_LANE : width - (count - 1) * NARROWEST_LANE;
  const boxWidth = Math.max(1, isNarrow ? room : Math.min(WIDEST_BOX, Math.floor(room / Math.max(1, count))));
  const lane = count < 2 ? 0 : Math.min(WIDEST_LANE, Math.floor((width - count * boxWidth) / (count - 1)));
  const left = isNarrow ? 0 : Math.max(0, Math.floor((width - count * boxWidth - (count - 1) * lane) / 2));
  const boxes = new Map<string, Box>();
  const passages: Passage[] = [];
  let height = 0;
  for (const [index, { slots }] of columns.entries()) {
    const x = left + index * (boxWidth + lane);
    const levels = [-GAP / 2];
    let y = 0;
    for (const slot of slots) {
      if (slot.id === undefined) levels.push(y + slot.height / 2);
      else boxes.set(slot.id, { x, y, width: boxWidth, height: slot.height });
      y += slot.height + GAP;
      levels.push(y - GAP / 2);
    }
    passages.push({ left: x, right: x + boxWidth, levels, end: y - GAP / 2 });
    height = Math.max(height, y - GAP);
  }
  return { width, height: Math.max(0, height), boxes, columns, passages };
}

function sumHeights(slots: readonly { readonly height: number }[]): number {
  return slots.reduce((sum, { height }) => sum + height + GAP, 0);
}
