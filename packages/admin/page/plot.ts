import type { LanPoint } from '../src/lan/lan-view.ts';

/** What the time line shows. */
export const SPAN_MS = 600_000;
/** In pixels; the highest point stays this far below the top, where marks are. */
export const HEIGHT = 96;
export const TOP = 14;

export interface Plot {
  /** Of the line, and of what is below it; empty where there are no points. */
  readonly edge: string;
  readonly area: string;
}

/** Where a moment is, in pixels from the left: `now` is at the right end, ten minutes before it at 0. */
export function placeAt(at: number, now: number, width: number): number {
  return Math.round((1 - (now - at) / SPAN_MS) * width * 10) / 10;
}

/** The points of the last ten minutes, the highest at the top. Of bytes where they are known, else of connections. Pure. */
export function plot(points: readonly LanPoint[], now: number, width: number): Plot {
  const hasBytes = points.some(({ bytesPerSecond }) => bytesPerSecond > 0);
  const height = ({ bytesPerSecond, connectionsPerSecond }: LanPoint): number =>
    hasBytes ? bytesPerSecond : connectionsPerSecond;
  const drawn = points.filter(({ at }) => now - at <= SPAN_MS);
  const most = Math.max(1, ...drawn.map(height));
  const x = (at: number): number => placeAt(at, now, width);
  const y = (point: LanPoint): number =>
    Math.round((HEIGHT - 1 - (height(point) / most) * (HEIGHT - TOP - 1)) * 10) / 10;
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined) return { edge: '', area: '' };
  const line = `${drawn.map((point) => `${x(point.at)} ${y(point)}`).join('L')}L${width} ${y(last)}`;
  return { edge: `M${line}`, area: `M${x(first.at)} ${HEIGHT}L${line}L${width} ${HEIGHT}Z` };
}
