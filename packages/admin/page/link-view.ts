import type { LanLink } from '../src/lan/lan-view.ts';
import type { Spot } from './box-view.ts';
import { type Curve, measureWidth } from './curve.ts';
import { createShape, setAttribute } from './elements.ts';
import type { Gone } from './model.ts';
import { describeLink } from './words.ts';

/** Of bytes or connections a second, from which on a line moves. */
const STIR = { bytes: 1, connections: 0.1 };

/** What the picture says of it, whatever the link is. */
const KEPT = ['dim', 'faded'];

/** The line of one link: its width is traffic, its colour and its dashes are health. */
export class LinkView implements Spot {
  readonly element: SVGGElement = createShape('g', 'link');
  words: readonly string[] = [];
  links: readonly Gone<LanLink>[] = [];
  readonly #line = createShape('path', 'line');
  readonly #flow = createShape('path', 'flow');
  readonly #reach = createShape('path', 'reach');
  readonly #cross = createShape('path', 'cross');

  constructor() {
    this.element.append(this.#line, this.#flow, this.#cross, this.#reach);
    this.element.setAttribute('role', 'listitem');
    this.element.setAttribute('tabindex', '-1');
  }

  update(link: Gone<LanLink>, curve: Curve, from: string, target: string): void {
    const { state, bytesPerSecond, connectionsPerSecond, active, goneAt } = link;
    const isStirring = bytesPerSecond >= STIR.bytes || connectionsPerSecond >= STIR.connections;
    const health = goneAt === undefined ? state : 'gone';
    const busy = isStirring ? 'busy' : active > 0 ? 'open' : 'idle';
    const kept = KEPT.filter((name) => this.element.classList.contains(name));
    setAttribute(this.element, 'class', ['link', health, busy, ...kept].join(' '));
    for (const path of [this.#line, this.#flow, this.#reach]) setAttribute(path, 'd', curve.path);
    setAttribute(this.#line, 'stroke-width', String(measureWidth(bytesPerSecond, connectionsPerSecond)));
    const [x, y] = [Math.round(curve.x), Math.round(curve.y)];
    setAttribute(this.#cross, 'd', `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`);
    this.words = describeLink(link, from, target);
    this.links = [link];
    setAttribute(this.element, 'aria-label', this.words.join(', '));
  }
}
