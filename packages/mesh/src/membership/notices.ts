import type { KeyObject } from 'node:crypto';
import type { KeyRing } from '../key-ring.ts';
import { compareNotices, isSignedBy, MAX_NOTICE_LENGTH, parseNotice, type SignedNotice } from './notice.ts';
import { listNoticeKeys } from './notice-keys.ts';
import { NoticeList } from './notice-list.ts';

/** Of one teller at a time: a signature costs 0.1 ms to verify. */
const MAX_FORGED = 32;

/** What became of what somebody told. */
export interface Taken {
  /** Those that count now and did not before. */
  readonly news: readonly string[];
  /** Texts that are none, and those that no keeper of ours has signed. */
  readonly forged: number;
}

export interface NoticeCounters {
  /** Took effect. */
  readonly taken: number;
  readonly forged: number;
  /** Replayed, or overtaken by another on the same matter. */
  readonly stale: number;
}

/** What this process knows of what keepers have said: nothing comes in that none has signed. */
export class Notices {
  readonly #listeners = new Set<() => void>();
  readonly #counters = { taken: 0, forged: 0, stale: 0 };
  #keys: ReadonlyMap<string, KeyObject>;
  #list = NoticeList.EMPTY;
  #digest = NoticeList.EMPTY.digest;

  constructor(ring: KeyRing) {
    this.#keys = listNoticeKeys(ring);
  }

  get list(): NoticeList {
    return this.#list;
  }

  /** See {@link NoticeList.digest}. */
  get digest(): string {
    return this.#digest;
  }

  get counters(): NoticeCounters {
    return { ...this.#counters };
  }

  /** A token knows no keepers. */
  get canVerify(): boolean {
    return this.#keys.size > 0;
  }

  /** For those that are told of it all. */
  get texts(): readonly string[] {
    return this.#list.list().map(({ text }) => text);
  }

  isRemoved(machine: string): boolean {
    return this.#list.isRemoved(machine);
  }

  /** Takes in what somebody told, whoever it is. Never throws. */
  take(texts: readonly string[]): Taken {
    const fresh: SignedNotice[] = [];
    let forged = 0;
    for (const text of texts) {
      if (forged >= MAX_FORGED) break;
      const notice = text.length > MAX_NOTICE_LENGTH ? undefined : parseNotice(text);
      const key = notice === undefined ? undefined : this.#keys.get(notice.meshId);
      if (notice !== undefined && this.#list.isStale(notice)) this.#counters.stale += 1;
      // Of a mesh that we had, or are to have: nothing is to be said of it.
      else if (notice !== undefined && key === undefined) continue;
      else if (notice === undefined || key === undefined || !isSignedBy(notice, key)) forged += 1;
      else fresh.push(notice);
    }
    this.#counters.forged += forged;
    const before = this.#list;
    this.#set(before.merge(fresh));
    const news = fresh.filter((notice) => this.#has(notice)).map(({ text }) => text);
    this.#counters.taken += news.length;
    return { news, forged };
  }

  /** Goes on with other keys: what they do not verify is forgotten. */
  change(ring: KeyRing): void {
    this.#keys = listNoticeKeys(ring);
    const kept = this.#list.list().filter(({ meshId }) => this.#keys.has(meshId));
    this.#set(kept.length === this.#list.size ? this.#list : NoticeList.of(kept));
  }

  /** Calls back whenever the list is another; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #has(notice: SignedNotice): boolean {
    return this.#list.list().some((known) => compareNotices(known, notice) === 0);
  }

  #set(list: NoticeList): void {
    if (list === this.#list) return;
    this.#list = list;
    this.#digest = list.digest;
    for (const listener of [...this.#listeners]) listener();
  }
}
