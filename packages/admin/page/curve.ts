import type { Box } from './layout.ts';

/** How far a line bends out of a box. */
const SHORTEST_BEND = 28;
const LONGEST_BEND = 140;
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

/** From the right side of one box to the near side of another; `fromY` and `toY` from the top of the picture. `limit`: its right end. */
export function drawCurve(from: Box, fromY: number, to: Box, toY: number, limit: number): Curve {
  const startX = from.x + from.width;
  const isAhead = to.x > startX;
  const endX = isAhead ? to.x : to.x + to.width;
  const bend = isAhead
    ? Math.min(LONGEST_BEND, Math.max(SHORTEST_BEND, (endX - startX) / 2))
    : Math.min(LONGEST_BEND, SHORTEST_BEND + Math.abs(toY - fromY) / 6);
  // A line that turns back bends three quarters as far as its handles reach.
  const reach = isAhead
    ? startX + bend
    : Math.min(Math.max(startX, endX) + bend, Math.max(startX, endX) + ((limit - Math.max(startX, endX)) * 4) / 3 - 4);
  const back = isAhead ? endX - bend : reach;
  const numbers = [startX, fromY, reach, fromY, back, toY, endX, toY].map((number) => Math.round(number * 10) / 10);
  const [x1, y1, x2, y2, x3, y3, x4, y4] = numbers;
  return {
    path: `M${x1} ${y1}C${x2} ${y2} ${x3} ${y3} ${x4} ${y4}`,
    x: (startX + 3 * reach + 3 * back + endX) / 8,
    y: (fromY + toY) / 2,
  };
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
