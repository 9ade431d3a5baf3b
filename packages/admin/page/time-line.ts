import type { LanPoint, Sentence } from '../src/lan/lan-view.ts';
import { createShape, find, setText } from './elements.ts';
import { count, formatNumber, formatRate, formatTime } from './numbers.ts';

/** What it shows: ten minutes, in pixels of its own. */
const SPAN_MS = 600_000;
const STEP_MS = 5_000;
const HEIGHT = 96;
const TOP = 14;
const MARKS: Readonly<Record<Sentence['tone'], string>> = {
  good: 'm-4 0l4 -7l4 7z',
  bad: 'm-4 -7l8 7m0 -7l-8 7',
  note: 'm-3 -3h6',
};

/** The traffic of the last ten minutes, and when something happened. */
export class TimeLine {
  readonly #svg = find<SVGSVGElement>('time');
  readonly #words = find<HTMLElement>('time-words');
  readonly #area = createShape('path', 'area');
  readonly #edge = createShape('path', 'edge');
  readonly #marks = createShape('g', 'marks');
  readonly #cursor = createShape('path', 'cursor');
  #points: readonly LanPoint[] = [];
  #now = 0;
  #pointedAt: number | undefined;

  constructor() {
    this.#svg.append(this.#area, this.#edge, this.#marks, this.#cursor);
    this.#svg.addEventListener('pointermove', ({ clientX }) => {
      const { left, width } = this.#svg.getBoundingClientRect();
      this.#point(this.#now - SPAN_MS * (1 - (clientX - left) / width));
    });
    this.#svg.addEventListener('pointerleave', () => this.#point(undefined));
    this.#svg.addEventListener('blur', () => this.#point(undefined));
    this.#svg.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowLeft' ? -STEP_MS : event.key === 'ArrowRight' ? STEP_MS : 0;
      if (step === 0) return;
      event.preventDefault();
      this.#point(Math.max(this.#now - SPAN_MS, Math.min(this.#now, (this.#pointedAt ?? this.#now) + step)));
    });
  }

  draw(points: readonly LanPoint[], story: readonly Sentence[], now: number): void {
    this.#points = points;
    this.#now = now;
    const width = this.#svg.clientWidth;
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const most = Math.max(1, ...points.map((point) => this.#valueOf(point)));
    const x = (at: number): number => Math.round((1 - (now - at) / SPAN_MS) * width * 10) / 10;
    const y = (point: LanPoint): number =>
      Math.round((HEIGHT - 1 - (this.#valueOf(point) / most) * (HEIGHT - TOP - 1)) * 10) / 10;
    const drawn = points.filter(({ at }) => now - at <= SPAN_MS);
    const [first, last] = [drawn[0], drawn.at(-1)];
    const line = drawn.map((point) => `${x(point.at)} ${y(point)}`).join('L');
    const isEmpty = first === undefined || last === undefined;
    this.#edge.setAttribute('d', isEmpty ? '' : `M${line}L${width} ${y(last)}`);
    this.#area.setAttribute(
      'd',
      isEmpty ? '' : `M${x(first.at)} ${HEIGHT}L${line}L${width} ${y(last)}L${width} ${HEIGHT}Z`,
    );
    const recent = story.filter(({ at }) => now - at <= SPAN_MS);
    this.#marks.replaceChildren(
      ...recent.map(({ at, tone }) => {
        const mark = createShape('path', tone);
        mark.setAttribute('d', `M${x(at)} ${TOP - 4}${MARKS[tone]}`);
        return mark;
      }),
    );
    this.#say();
  }

  /** Bytes where they are known, else connections. */
  #valueOf({ bytesPerSecond, connectionsPerSecond }: LanPoint): number {
    return this.#points.some((point) => point.bytesPerSecond > 0) ? bytesPerSecond : connectionsPerSecond;
  }

  #point(at: number | undefined): void {
    this.#pointedAt = at;
    this.#say();
  }

  #say(): void {
    const at = this.#pointedAt ?? this.#now;
    const point = this.#points.findLast((one) => one.at <= at);
    const width = this.#svg.clientWidth;
    const x = Math.round((1 - (this.#now - at) / SPAN_MS) * width);
    this.#cursor.setAttribute('d', this.#pointedAt === undefined ? '' : `M${x} 0V${HEIGHT}`);
    const when = this.#pointedAt === undefined ? 'now' : formatTime(at);
    const what =
      point === undefined
        ? 'nobody looked then'
        : `${formatRate(point.bytesPerSecond)}, ${formatNumber(point.connectionsPerSecond)} new connections a second, ${count(point.active, 'connection')} open`;
    setText(this.#words, `${when}: ${what}`);
    this.#svg.setAttribute('aria-label', `Traffic of the last ten minutes. ${when}: ${what}`);
  }
}
