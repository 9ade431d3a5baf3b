import type { LanPicture } from '../src/lan/lan-view.ts';
import { escapeUnprintable } from '../src/printable.ts';
import { find, parse, patch, setText } from './elements.ts';
import { List } from './list.ts';
import { follow, type Scene } from './model.ts';
import { Picture } from './picture.ts';
import { Pointer } from './pointer.ts';
import { Story } from './story.ts';
import { TimeLine } from './time-line.ts';

/** Where the server said nothing for so long the connection is made anew. */
const SILENCE_MS = 10_000;
const RETRY_MS = 2_000;
/** A page that nobody sees asks nobody any more. */
const HIDDEN_MS = 10_000;
/** What is of this process alone comes with a page. */
const PROCESS_MS = 5_000;
const OF_PROCESS = ['state', 'process'];

const picture = new Picture();
const pointer = new Pointer(picture);
const timeLine = new TimeLine();
const story = new Story();
const list = new List();
const link = find<HTMLElement>('link');
let stream: EventSource | undefined;
let scene: Scene | undefined;
let latest: LanPicture | undefined;
let isDue = false;
let heardAt = 0;
let silence: ReturnType<typeof setTimeout> | undefined;
let hidden: ReturnType<typeof setTimeout> | undefined;

function open(): void {
  close();
  heardAt = performance.now();
  stream = new EventSource('/v1/lan/events');
  stream.addEventListener('message', ({ data }) => take(data));
  stream.addEventListener('error', () => setText(link, 'connection lost: trying again'));
  watch();
}

function close(): void {
  stream?.close();
  stream = undefined;
  clearTimeout(silence);
}

function watch(): void {
  silence = setTimeout(() => {
    const isDead = stream?.readyState === EventSource.CLOSED || performance.now() - heardAt > SILENCE_MS;
    if (isDead) open();
    else watch();
  }, RETRY_MS);
}

/** What turns the reading direction, and what nobody sees, is shown as what it is. */
function take(data: string): void {
  heardAt = performance.now();
  latest = JSON.parse(data, (_, value: unknown) => (typeof value === 'string' ? escapeUnprintable(value) : value));
  setText(link, 'live');
  plan();
}

function plan(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw(): void {
  if (latest === undefined) return;
  scene = follow(scene, latest, performance.now());
  picture.draw(scene);
  pointer.refresh();
  timeLine.draw(latest.history, latest.story, latest.at);
  story.draw(latest.story);
  list.draw(latest);
}

async function refreshProcess(): Promise<void> {
  if (stream !== undefined) {
    try {
      const answer = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(PROCESS_MS) });
      const page = parse(await answer.text());
      for (const id of OF_PROCESS) {
        const fresh = page.querySelector(`#${id}`);
        if (answer.ok && fresh !== null) patch(find(id), fresh);
      }
    } catch {
      // The stream says that the connection is lost.
    }
  }
  setTimeout(refreshProcess, PROCESS_MS);
}

find<HTMLElement>('picture').hidden = false;
find<HTMLInputElement>('find').addEventListener('input', ({ currentTarget }) => {
  if (currentTarget instanceof HTMLInputElement) picture.search(currentTarget.value);
});
addEventListener('resize', plan);
document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(close, HIDDEN_MS);
  else if (stream === undefined) open();
});
open();
setTimeout(refreshProcess, PROCESS_MS);
