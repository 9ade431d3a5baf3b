import type { Clock } from '@mdns-ambassador/relay';
import { escapeUnprintable } from '../printable.ts';
import type { RecentEvent, RecentEvents } from '../recent-events.ts';
import type { Snapshot } from '../snapshot.ts';
import { tellChanges } from './changes.ts';
import { LanHistory } from './lan-history.ts';
import type { LanPicture, LanView, Sentence } from './lan-view.ts';
import { mergeLan, type SeenInstance, type SeenProcess } from './merge-lan.ts';
import { Rates, rateLan } from './rates.ts';
import { SEEN_EVENTS } from './seen-events.ts';
import { type ShownIdentity, type ShownProcess, showProcess } from './shown-process.ts';

/** Between two looks, while somebody looks. */
export const LOOK_MS = 1_000;
/** What happens is seen this soon. */
const SOON_MS = 50;
/** Between two looks, whatever happens. */
const MIN_LOOK_MS = 200;
/** Who asked once, and does not follow, looks for this long. */
export const PATIENCE_MS = 15_000;
/** Who is there already is found out in this time: that they are there is no news. */
const SETTLE_MS = 3_000;

export interface LanSurroundings {
  /** What this process is, to others. */
  readonly identity: () => ShownIdentity;
  /** Somebody looks: asks around until `close`. `onChange`: something else is known. Nothing is sent to anybody before and after. */
  look(onChange: () => void): LanLook;
}

export interface LanLook {
  /** The others, of this machine and of those that show themselves. */
  processes(): readonly SeenProcess[];
  instances(): readonly SeenInstance[];
  close(): void;
}

export interface LanWatchOptions {
  readonly surroundings: LanSurroundings;
  readonly snapshot: () => Snapshot;
  readonly clock: Clock;
  /** What happens in this process is part of the story, unless a look tells it. */
  readonly events: RecentEvents;
  /** Called for those who follow, at each look. */
  readonly onPicture: (picture: LanPicture) => void;
}

/** The picture of the network, kept current while somebody looks; nothing is asked of anybody while nobody does. */
export class LanWatch {
  readonly #options: LanWatchOptions;
  readonly #history = new LanHistory();
  readonly #unfollow: () => void;
  readonly #rates = new Rates();
  #look: LanLook | undefined;
  #followers = 0;
  #patientUntil = 0;
  #settledAt = 0;
  #view: LanView | undefined;
  #cancel: (() => void) | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: LanWatchOptions) {
    const { events } = options;
    this.#options = options;
    for (const event of events.list().toReversed()) this.#history.tell(sayEvent(event));
    this.#unfollow = events.follow((event) => {
      const isSeen = this.#look !== undefined && SEEN_EVENTS.includes(event.event.event);
      if (!isSeen) this.#history.tell(sayEvent(event));
      this.#planSoon();
    });
  }

  /** What this process shows of itself. */
  self(): ShownProcess {
    return showProcess(this.#options.surroundings.identity(), this.#options.snapshot());
  }

  /** What is known now: of this process alone where nobody looks. Nobody is asked. */
  known(): LanView {
    const processes = [{ via: 'self', view: this.self() }] as const;
    return this.#view ?? mergeLan({ processes, instances: [] }, this.#options.clock.wallClock());
  }

  /** What is known now; whoever asks looks for a while, so that more is known the next time. */
  ask(): LanPicture {
    this.#patientUntil = this.#now() + PATIENCE_MS;
    this.#begin();
    return this.#see();
  }

  /** `onPicture` is called until the returned function is. */
  follow(): () => void {
    this.#followers += 1;
    this.#begin();
    let isOver = false;
    return () => {
      if (!isOver) this.#followers -= 1;
      isOver = true;
    };
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#end();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #begin(): void {
    if (this.#look !== undefined || this.#isClosed) return;
    this.#settledAt = this.#now() + SETTLE_MS;
    this.#look = this.#options.surroundings.look(() => this.#planSoon());
    this.#plan(0);
  }

  #end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#look?.close();
    this.#look = undefined;
    this.#view = undefined;
  }

  #planSoon(): void {
    this.#plan(Math.max(SOON_MS, this.#lookedAt + MIN_LOOK_MS - this.#now()));
  }

  #plan(delayMs: number): void {
    const at = this.#now() + delayMs;
    if (this.#look === undefined || at >= this.#dueAt) return;
    this.#cancel?.();
    this.#dueAt = at;
    this.#cancel = this.#options.clock.after(delayMs, () => this.#turn());
  }

  #turn(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (this.#followers === 0 && this.#now() >= this.#patientUntil) {
      this.#end();
      return;
    }
    const picture = this.#see();
    if (this.#followers > 0) this.#options.onPicture(picture);
    this.#plan(LOOK_MS);
  }

  #see(): LanPicture {
    const { clock } = this.#options;
    const now = this.#now();
    this.#lookedAt = now;
    const processes: readonly SeenProcess[] = [{ via: 'self', view: this.self() }, ...(this.#look?.processes() ?? [])];
    const seen = { processes, instances: this.#look?.instances() ?? [] };
    const view = rateLan(mergeLan(seen, clock.wallClock()), processes, this.#rates, now);
    if (this.#view !== undefined) {
      const changes = tellChanges(this.#view, view);
      this.#history.tell(now < this.#settledAt ? changes.filter(({ tone }) => tone !== 'good') : changes);
    }
    if (this.#look !== undefined) this.#view = view;
    this.#history.look(view);
    return { ...view, history: this.#history.points, story: this.#history.story };
  }
}

const BAD = /lost|removed|refused|failed|unreachable|no-endpoint|full|reset|withdrawn|quarantined|fault/;
const GOOD = /added|announced|linked|listening/;

function sayEvent({ at, event: { event }, line }: RecentEvent): readonly Sentence[] {
  if (line === undefined) return [];
  const tone = BAD.test(event) ? 'bad' : GOOD.test(event) ? 'good' : 'note';
  return [{ at, tone, text: escapeUnprintable(line) }];
}
