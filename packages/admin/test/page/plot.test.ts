import { expect, test } from 'vitest';
import { HEIGHT, placeAt, plot, SPAN_MS, TOP } from '../../page/plot.ts';
import { BUCKET_MS, LanHistory } from '../../src/lan/lan-history.ts';

const WIDTH = 600;
const START = 1_700_000_000_000;

/** As the server has it after so many seconds in which somebody looked, with so many bytes a second. */
function watch(seconds: number, rate: (second: number) => number): LanHistory {
  const history = new LanHistory();
  for (let second = 0; second <= seconds; second++) {
    const link = { connectionsPerSecond: 1, bytesPerSecond: rate(second), active: 1 };
    history.look({ at: START + second * 1_000, machines: [], links: [link as never] });
  }
  return history;
}

/** The corners of a path. */
function cornersOf(path: string): readonly (readonly number[])[] {
  return [...path.matchAll(/([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

test('a moment goes from the right end to the left one in ten minutes', () => {
  expect([0, 1, 300, 600].map((seconds) => placeAt(START, START + seconds * 1_000, WIDTH))).toEqual([600, 599, 300, 0]);
});

test('what is seen for longer than ten minutes is drawn for the last ten, whole', () => {
  const now = START + 900_000;
  const { points } = watch(900, () => 5);
  const corners = cornersOf(plot(points, now, WIDTH).edge);
  const xs = corners.map(([x]) => x);
  expect(xs).toEqual(xs.toSorted((a = 0, b = 0) => a - b));
  expect([xs[0], xs.at(-1)]).toEqual([(BUCKET_MS / SPAN_MS) * WIDTH, WIDTH]);
  expect(corners).toHaveLength(SPAN_MS / BUCKET_MS + 1);
});

test('it moves with time, also where nobody says anything new', () => {
  const { points } = watch(60, () => 5);
  const at = (now: number): number | undefined => cornersOf(plot(points, now, WIDTH).edge)[0]?.[0];
  expect([at(START + 60_000), at(START + 61_000), at(START + 600_000)]).toEqual([540, 539, 0]);
  expect(plot(points, START + 661_000, WIDTH)).toEqual({ edge: '', area: '' });
});

test('the most is at the top, nothing at the bottom, and an hour before does not count', () => {
  const { points } = watch(30, (second) => (second < 15 ? 0 : 1_000));
  const now = START + 30_000;
  const heights = (all: typeof points): readonly (number | undefined)[] =>
    cornersOf(plot(all, now, WIDTH).edge).map(([, y]) => y);
  expect(heights(points)[0]).toBe(HEIGHT - 1);
  expect(heights(points).at(-1)).toBe(TOP);
  const hour = { at: now - 3_600_000, bytesPerSecond: 1e9, connectionsPerSecond: 0, active: 0 };
  expect(heights([hour, ...points])).toEqual(heights(points));
});

test('where no bytes are known it draws connections', () => {
  const { points } = watch(10, () => 0);
  expect(cornersOf(plot(points, START + 10_000, WIDTH).edge).at(-1)).toEqual([WIDTH, TOP]);
});
