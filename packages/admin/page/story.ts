import type { Sentence } from '../src/lan/lan-view.ts';
import { create, find } from './elements.ts';
import { formatTime } from './numbers.ts';

const MAX_SHOWN = 60;

/** What happened, the latest first. What is new is put in front, so that a screen reader says that alone. */
export class Story {
  readonly #list = find<HTMLElement>('story');
  #latest: Sentence | undefined;
  #isEmpty = true;

  draw(story: readonly Sentence[]): void {
    const latest = this.#latest;
    const until =
      latest === undefined ? -1 : story.findIndex(({ at, text }) => at === latest.at && text === latest.text);
    const fresh = until < 0 ? story : story.slice(0, until);
    if (fresh.length === 0) return;
    if (this.#isEmpty) this.#list.replaceChildren();
    this.#isEmpty = false;
    this.#list.prepend(...fresh.slice(0, MAX_SHOWN).map(drawSentence));
    while (this.#list.childElementCount > MAX_SHOWN) this.#list.lastElementChild?.remove();
    this.#latest = story[0];
  }
}

function drawSentence({ at, tone, text }: Sentence): HTMLElement {
  const item = create('li', tone);
  const time = create('time', '', formatTime(at));
  time.setAttribute('datetime', new Date(at).toISOString());
  item.append(time, ' ', create('span', '', text));
  return item;
}
