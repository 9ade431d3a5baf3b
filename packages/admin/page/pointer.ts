import type { Spot } from './box-view.ts';
import { create, find } from './elements.ts';
import type { Picture } from './picture.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const MARGIN = 12;

/** Shows the numbers of what is pointed at, by mouse, finger or keys: the picture is one stop of Tab, the arrows go on from there. */
export class Pointer {
  readonly #picture: Picture;
  readonly #stage = find<HTMLElement>('stage');
  readonly #note = find<HTMLElement>('note');
  #spot: Spot | undefined;

  constructor(picture: Picture) {
    this.#picture = picture;
    this.#stage.addEventListener('pointerover', (event) => this.#show(this.#find(event.target)));
    this.#stage.addEventListener('pointerleave', () => this.#show(undefined));
    this.#stage.addEventListener('focusin', (event) => {
      this.#show(this.#find(event.target));
      // Tab leaves from where the arrows led.
      this.#stage.tabIndex = event.target === this.#stage ? 0 : -1;
    });
    this.#stage.addEventListener('focusout', () => {
      this.#show(undefined);
      this.#stage.tabIndex = 0;
    });
    this.#stage.addEventListener('keydown', (event) => this.#step(event));
  }

  /** What is shown is as it is now. */
  refresh(): void {
    if (this.#spot?.element.isConnected === false) this.#show(undefined);
    else if (this.#spot !== undefined) this.#show(this.#spot);
  }

  #find(target: EventTarget | null): Spot | undefined {
    if (!(target instanceof Element)) return undefined;
    const element = target.closest('.head, .row, .link');
    return element === null ? undefined : this.#picture.listSpots().find((spot) => spot.element === element);
  }

  #step(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#show(undefined);
    const spots = this.#picture.listSpots();
    const at = spots.findIndex(({ element }) => element === document.activeElement);
    const step = STEPS[event.key];
    const next =
      event.key === 'Home' ? 0 : event.key === 'End' ? spots.length - 1 : step === undefined ? undefined : at + step;
    if (next === undefined) return;
    event.preventDefault();
    spots[Math.min(spots.length - 1, Math.max(0, next))]?.element.focus();
  }

  #show(spot: Spot | undefined): void {
    this.#spot = spot;
    this.#picture.stress(spot?.links ?? []);
    this.#note.hidden = spot === undefined;
    if (spot === undefined) return;
    const [title = '', ...lines] = spot.words;
    this.#note.replaceChildren(create('b', '', title), ...lines.map((line) => create('div', '', line)));
    this.#move(spot);
  }

  /** Beside it, within the picture. */
  #move({ element }: Spot): void {
    const stage = this.#stage.getBoundingClientRect();
    const place = element.getBoundingClientRect();
    const [width, height] = [this.#note.offsetWidth, this.#note.offsetHeight];
    const isLine = element instanceof SVGElement;
    const middle = place.left - stage.left + place.width / 2 - width / 2;
    const x = isLine || place.width > stage.width / 2 ? middle : place.right - stage.left + MARGIN;
    const below = place.bottom - stage.top + MARGIN / 2;
    const y = isLine
      ? place.top - stage.top + place.height / 2 + MARGIN
      : place.width > stage.width / 2
        ? below
        : place.top - stage.top;
    const left = x + width > stage.width ? Math.max(0, place.left - stage.left - width - MARGIN) : Math.max(0, x);
    this.#note.style.transform = `translate(${Math.round(Math.min(left, Math.max(0, stage.width - width)))}px, ${Math.round(Math.max(0, Math.min(y, Math.max(stage.height, below + height) - height)))}px)`;
  }
}
