import type { LanLink } from '../src/lan/lan-view.ts';
import { create, setAttribute, setText } from './elements.ts';
import type { Box } from './layout.ts';
import type { Gone, Row, SceneMachine } from './model.ts';
import { describeMachine, describeRow, sumUpShortly, type Words } from './words.ts';

/** As the style has them. */
const HEAD_HEIGHT = 50;
const ROW_HEIGHT = 25;
const FOOT_HEIGHT = 9;

export function measureHeight(rows: number): number {
  return HEAD_HEIGHT + rows * ROW_HEIGHT + FOOT_HEIGHT;
}

/** What is pointed at: an element, what it says, and the links that belong to it. */
export interface Spot {
  readonly element: HTMLElement | SVGElement;
  words: Words;
  links: readonly Gone<LanLink>[];
}

interface RowView extends Spot {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly sum: HTMLElement;
  index: number;
}

/** The box of one machine. */
export class BoxView {
  readonly element: HTMLElement = create('div', 'box');
  readonly head: Spot & { readonly element: HTMLElement };
  readonly #name = create('span', 'name');
  readonly #badge = create('span', 'badge', 'this machine');
  readonly #facts = create('div', 'facts');
  readonly #rows = new Map<string, RowView>();
  #box: Box = { x: 0, y: 0, width: 0, height: 0 };

  constructor() {
    const head = create('div', 'head');
    const title = create('div', 'title');
    title.append(this.#name, this.#badge);
    head.append(title, this.#facts);
    this.head = { element: head, words: [], links: [] };
    this.element.setAttribute('role', 'list');
    this.#makeSpot(head);
    this.element.append(head);
  }

  get box(): Box {
    return this.#box;
  }

  /** The head and each row, from above. */
  listSpots(): readonly Spot[] {
    return [this.head, ...[...this.#rows.values()].toSorted((a, b) => a.index - b.index)];
  }

  move(box: Box): void {
    if (
      box.x === this.#box.x &&
      box.y === this.#box.y &&
      box.width === this.#box.width &&
      box.height === this.#box.height
    )
      return;
    this.#box = box;
    this.element.style.transform = `translate(${box.x}px, ${box.y}px)`;
    this.element.style.width = `${box.width}px`;
    this.element.style.height = `${box.height}px`;
  }

  /** `linksOf`: those that start or end at a row. */
  update(machine: Gone<SceneMachine>, rows: readonly Row[], linksOf: (row: Row) => readonly Gone<LanLink>[]): void {
    const { name, known, platform, versions, goneAt } = machine;
    this.element.className = `box ${known}${goneAt === undefined ? '' : ' gone'}`;
    setAttribute(this.element, 'aria-label', name);
    setText(this.#name, name);
    this.#badge.hidden = known !== 'self';
    const facts = [platform, versions.length === 0 ? undefined : versions.join(', '), machine.modes.join(' and ')];
    setText(
      this.#facts,
      goneAt === undefined ? facts.filter(Boolean).join(' · ') || machine.addresses[0] || '' : 'went away',
    );
    this.head.words = describeMachine(machine);
    setAttribute(this.head.element, 'aria-label', this.head.words.join(', '));
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, view] of this.#rows) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.#rows.delete(key);
    }
    const all: Gone<LanLink>[] = [];
    for (const [index, row] of rows.entries()) {
      const view = this.#rows.get(row.key) ?? this.#addRow(row.key);
      const links = linksOf(row);
      all.push(...links);
      view.links = links;
      view.index = index;
      view.element.style.transform = `translateY(${HEAD_HEIGHT + index * ROW_HEIGHT}px)`;
      view.element.className = `row ${classOf(row)}`;
      setText(view.name, nameOf(row, machine.name));
      setText(view.sum, sumUpShortly(links.filter((link) => link.goneAt === undefined)));
      view.words = describeRow(row, links);
      setAttribute(view.element, 'aria-label', view.words.join(', '));
    }
    this.head.links = all;
  }

  /** The middle of a row, or of the head where there is none, from the top of the picture. */
  findLevel(key: string): number {
    const index = this.#rows.get(key)?.index;
    return this.#box.y + (index === undefined ? HEAD_HEIGHT / 2 : HEAD_HEIGHT + (index + 0.5) * ROW_HEIGHT);
  }

  #addRow(key: string): RowView {
    const element = create('div', 'row');
    const [name, sum] = [create('span', 'name'), create('span', 'sum')];
    element.append(name, sum);
    this.#makeSpot(element);
    this.element.append(element);
    const view: RowView = { element, name, sum, words: [], links: [], index: 0 };
    this.#rows.set(key, view);
    return view;
  }

  #makeSpot(element: HTMLElement): void {
    element.setAttribute('role', 'listitem');
    element.tabIndex = -1;
  }
}

function classOf(row: Row): string {
  switch (row.kind) {
    case 'service':
      return `service ${row.service.goneAt === undefined ? row.service.state : 'gone'}`;
    case 'proxy':
      return `proxy${row.proxy.goneAt === undefined ? '' : ' gone'}`;
    case 'rest':
      return 'rest';
    default:
      return row satisfies never;
  }
}

/** `redis on nas` stands in the box of nas: its name alone says it. */
function nameOf(row: Row, machine: string): string {
  switch (row.kind) {
    case 'service': {
      const { instance, service } = row.service;
      if (instance === `${service} on ${machine}`) return service;
      return instance;
    }
    case 'proxy':
      return row.proxy.service;
    case 'rest':
      return `${row.count} more ${row.count === 1 ? 'service' : 'services'}`;
    default:
      return row satisfies never;
  }
}
