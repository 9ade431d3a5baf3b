import { drawLanList } from '../src/lan/lan-list.ts';
import type { LanView } from '../src/lan/lan-view.ts';
import { find, parse, patch } from './elements.ts';

/** Who is there as a list, of the same look as the picture: who does not see that reads no other. */
export class List {
  readonly #element = find<HTMLElement>('who');

  draw(view: LanView): void {
    patch(this.#element, parse(drawLanList(view)));
  }
}
