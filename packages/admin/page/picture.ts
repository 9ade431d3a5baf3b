import type { LanLink } from '../src/lan/lan-view.ts';
import { BoxView, measureHeight, type Spot } from './box-view.ts';
import { drawCurve } from './curve.ts';
import { find } from './elements.ts';
import { type Layout, layOut, type Piece } from './layout.ts';
import { LinkView } from './link-view.ts';
import { type Gone, keyOfProxy, listRows, matches, type Row, type Scene, type SceneMachine } from './model.ts';

const ROOM_BELOW = 8;
/** More lines than this stand still: each that moves is painted anew all the time. */
const MOST_MOVING = 40;

/** Draws machines as boxes and links as lines, and touches only what has changed. */
export class Picture {
  readonly #stage = find<HTMLElement>('stage');
  readonly #lines = find<SVGSVGElement>('lines');
  readonly #boxes = new Map<string, BoxView>();
  readonly #links = new Map<string, LinkView>();
  #layout: Layout | undefined;
  #scene: Scene | undefined;
  #search = '';

  /** All that can be pointed at, each once: each box from above, and behind a row its lines that are not behind another. */
  listSpots(): readonly Spot[] {
    const spots = [...this.#boxes.values()].flatMap((box) =>
      box.listSpots().flatMap((spot) => {
        const lines = spot === box.head ? [] : spot.links.flatMap(({ id }) => this.#links.get(id) ?? []);
        return [spot, ...lines];
      }),
    );
    return [...new Set<Spot>(spots)];
  }

  search(text: string): void {
    this.#search = text;
    if (this.#scene !== undefined) this.draw(this.#scene);
  }

  /** Lets all other links fade; without links none does. */
  stress(links: readonly LanLink[]): void {
    const ids = new Set(links.map(({ id }) => id));
    for (const [id, view] of this.#links) view.element.classList.toggle('dim', ids.size > 0 && !ids.has(id));
  }

  draw(scene: Scene): void {
    this.#scene = scene;
    const { machines, links } = scene;
    this.#lines.classList.toggle('many', links.length > MOST_MOVING);
    const starting = group(links, (link) => keyOfProxy(link.from, link.service));
    const ending = group(links, ({ target }) => target);
    const rows = new Map(
      machines.map((machine) => [machine.id, listRows(machine, machines.length, (id) => ending.has(id))] as const),
    );
    const layout = this.#place(machines, rows);
    const linksOf = (row: Row): readonly Gone<LanLink>[] =>
      (row.kind === 'proxy' ? starting : ending).get(row.key) ?? [];
    const found = new Set(machines.filter((machine) => matches(machine, this.#search)).map(({ id }) => id));
    for (const machine of machines) {
      const box = this.#boxes.get(machine.id);
      box?.update(machine, rows.get(machine.id) ?? [], linksOf);
      box?.element.classList.toggle('faded', !found.has(machine.id));
    }
    this.#drawLinks(scene, layout);
    for (const { id, from, to } of links)
      this.#links.get(id)?.element.classList.toggle('faded', !found.has(from) && !found.has(to));
  }

  #place(machines: readonly Gone<SceneMachine>[], rows: ReadonlyMap<string, readonly Row[]>): Layout {
    const pieces = machines.map(
      ({ id, proxies }): Piece => ({
        id,
        height: measureHeight(rows.get(id)?.length ?? 0),
        side: proxies.length > 0 ? 'uses' : 'offers',
      }),
    );
    const layout = layOut(pieces, this.#stage.clientWidth, this.#layout);
    this.#layout = layout;
    const { boxes, width, height } = layout;
    for (const [id, view] of this.#boxes) {
      if (boxes.has(id)) continue;
      view.element.remove();
      this.#boxes.delete(id);
    }
    for (const [id, place] of boxes) {
      let view = this.#boxes.get(id);
      if (view === undefined) {
        view = new BoxView();
        this.#boxes.set(id, view);
        this.#stage.append(view.element);
      }
      view.move(place);
    }
    this.#stage.style.height = `${height + ROOM_BELOW}px`;
    this.#lines.setAttribute('viewBox', `0 0 ${width} ${height + ROOM_BELOW}`);
    return layout;
  }

  #drawLinks({ machines, links }: Scene, layout: Layout): void {
    const names = new Map(machines.map(({ id, name }) => [id, name]));
    const targets = new Map(
      machines.flatMap(({ services }) => services.map(({ id, instance }) => [id, instance] as const)),
    );
    const ids = new Set(links.map(({ id }) => id));
    for (const [id, view] of this.#links) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.#links.delete(id);
    }
    for (const link of links) {
      const [from, to] = [this.#boxes.get(link.from), this.#boxes.get(link.to)];
      if (from === undefined || to === undefined) {
        this.#links.get(link.id)?.element.remove();
        this.#links.delete(link.id);
        continue;
      }
      let view = this.#links.get(link.id);
      if (view === undefined) {
        view = new LinkView();
        this.#links.set(link.id, view);
        this.#lines.append(view.element);
      }
      const [fromY, toY] = [from.findLevel(keyOfProxy(link.from, link.service)), to.findLevel(link.target)];
      const curve = drawCurve(from.box, fromY, to.box, toY, layout);
      view.update(link, curve, names.get(link.from) ?? '', targets.get(link.target) ?? link.service);
    }
  }
}

function group<Thing>(
  things: readonly Thing[],
  keyOf: (thing: Thing) => string,
): ReadonlyMap<string, readonly Thing[]> {
  const groups = new Map<string, Thing[]>();
  for (const thing of things) {
    const known = groups.get(keyOf(thing));
    if (known === undefined) groups.set(keyOf(thing), [thing]);
    else known.push(thing);
  }
  return groups;
}
