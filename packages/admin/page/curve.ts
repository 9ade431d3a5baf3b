import type { Box, Layout, Passage } from './layout.ts';

/** How far a line bends out of a box. */
const SHORTEST_BEND = 28;
const LONGEST_BEND = 140;
/** Pixels up or down. */
const SPREAD = 4;
const THINNEST = 1.5;
const THICKEST = 11;
/** From this much on a line grows, and up to this it does. */
const LITTLE = { bytes: 1_000, connections: 0.5 };
const MUCH = { bytes: 100_000_000, connections: 5_000 };

export interface Curve {
  readonly path: string;
  /** Half of the way. */
  readonly x: number;
  readonly y: number;
}

/** From the right side of one box to the near side of another; `fromY` and `toY` from the top of the picture. */
export function drawCurve(from: Box, fromY: number, to: Box, toY: number, { width, passages }: Room): Curve {
  const [startX, farX] = [from.x + from.width, to.x + to.width];
  return to.x > startX
    ? drawAhead(startX, fromY, to.x, toY, passages)
    : drawBack(startX, fromY, farX, toY, findLimit(passages, Math.max(startX, farX), width));
}

/** Where lines may be. */
type Room = Pick<Layout, 'width' | 'passages'>;

/** A column that is between is crossed where no box is: a line behind a box seems to be one of that box. */
function drawAhead(startX: number, fromY: number, endX: number, toY: number, passages: readonly Passage[]): Curve {
  let [x, y, path] = [startX, fromY, `M${round(startX)} ${round(fromY)}`];
  const middles: Pick<Curve, 'x' | 'y'>[] = [];
  const bendTo = (nextX: number, nextY: number): void => {
    const bend = Math.min(LONGEST_BEND, Math.max(SHORTEST_BEND, (nextX - x) / 2));
    path += bezier(x + bend, y, nextX - bend, nextY, nextX, nextY);
    middles.push({ x: (x + nextX) / 2, y: (y + nextY) / 2 });
    [x, y] = [nextX, nextY];
  };
  for (const passage of passages.filter(({ left, right }) => left > startX && right < endX)) {
    const { left, right } = passage;
    const straight = y + ((toY - y) * ((left + right) / 2 - x)) / (endX - x);
    bendTo(left, findLevel(passage, straight) + spread(fromY + toY));
    path += `H${round(right)}`;
    x = right;
  }
  bendTo(endX, toY);
  return { path, ...(middles[0] ?? { x, y }) };
}

function findLevel({ levels, end }: Passage, y: number): number {
  if (y >= end) return y;
  return levels.reduce((best, level) => (Math.abs(level - y) < Math.abs(best - y) ? level : best), end);
}

/** Lines that go through the same gap lie beside one another. */
function spread(seed: number): number {
  return (Math.round(seed) % (2 * SPREAD + 1)) - SPREAD;
}

/** The next column, or the end of the picture. */
function findLimit(passages: readonly Passage[], x: number, width: number): number {
  return passages.find(({ left }) => left > x)?.left ?? width;
}

function drawBack(startX: number, fromY: number, endX: number, toY: number, limit: number): Curve {
  const far = Math.max(startX, endX);
  const bend = Math.min(LONGEST_BEND, SHORTEST_BEND + Math.abs(toY - fromY) / 6);
  // A line that turns back bends three quarters as far as its handles reach.
  const reach = Math.min(far + bend, far + ((limit - far) * 4) / 3 - 4);
  return {
    path: `M${round(startX)} ${round(fromY)}${bezier(reach, fromY, reach, toY, endX, toY)}`,
    x: (startX + 6 * reach + endX) / 8,
    y: (fromY + toY) / 2,
  };
}

function bezier(...numbers: readonly number[]): string {
  return `C${numbers.map(round).join(' ')}`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** In pixels: by the bytes or the connections of a second, whichever is more of much; ten times as much is one step more. */
export function measureWidth(bytesPerSecond: number, connectionsPerSecond: number): number {
  const share = Math.max(
    scale(bytesPerSecond, LITTLE.bytes, MUCH.bytes),
    scale(connectionsPerSecond, LITTLE.connections, MUCH.connections),
  );
  return Math.round((THINNEST + share * (THICKEST - THINNEST)) * 10) / 10;
}

function scale(value: number, little: number, much: number): number {
  if (value <= little) return 0;
  return Math.min(1, Math.log(value / little) / Math.log(much / little));
}
