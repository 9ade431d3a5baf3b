import type { LanPoint, Sentence } from '../src/lan/lan-view.ts';
import { createShape, find, setText } from './elements.ts';
import { count, formatNumber, formatRate, formatTime } from './numbers.ts';
import { HEIGHT, placeAt, plot, SPAN_MS, TOP } from './plot.ts';

const STEP_MS = 5_000;
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
    const { edge, area } = plot(points, now, width);
    this.#edge.setAttribute('d', edge);
    this.#area.setAttribute('d', area);
    const recent = story.filter(({ at }) => now - at <= SPAN_MS);
    this.#marks.replaceChildren(
      ...recent.map(({ at, tone }) => {
        const mark = createShape('path', tone);
        mark.setAttribute('d', `M${placeAt(at, now, width)} ${TOP - 4}${MARKS[tone]}`);
        return mark;
      }),
    );
    this.#say();
  }

  #point(at: number | undefined): void {
    this.#pointedAt = at;
    this.#say(true);
  }

  /** A screen reader that is there hears what was asked for, and not what changes each second. */
  #say(isAsked = document.activeElement !== this.#svg): void {
    const at = this.#pointedAt ?? this.#now;
    const point = this.#points.findLast((one) => one.at <= at);
    const x = placeAt(at, this.#now, this.#svg.clientWidth);
    this.#cursor.setAttribute('d', this.#pointedAt === undefined ? '' : `M${x} 0V${HEIGHT}`);
    const when = this.#pointedAt === undefined ? 'now' : formatTime(at);
    const what =
      point === undefined
        ? 'nobody looked then'
        : `${formatRate(point.bytesPerSecond)}, ${formatNumber(point.connectionsPerSecond)} new connections a second, ${count(point.active, 'connection')} open`;
    setText(this.#words, `${when}: ${what}`);
    if (!isAsked) return;
    this.#svg.setAttribute('aria-valuenow', String(Math.round((at - this.#now) / 1_000)));
    this.#svg.setAttribute('aria-valuetext', `${when}: ${what}`);
  }
}
