import { Recent } from '@mdns-ambassador/relay';
import type { LinkSet } from './link-set.ts';
import type { Linked } from './linked.ts';
import type { NoticesLine } from './rules/line.ts';
import { Rate } from './rules/rate.ts';

/** Nobody has said anything. */
const NOTHING = '0';
/** Announcers that were asked; the one of longest ago is forgotten first. */
const MAX_ASKED = 256;
/** One that says the same still, by another address too, is asked again after this time. */
const ASK_AGAIN_MS = 3_000;
/** Announcers asked at once, and a second: anybody on the link can write what is to be asked for. */
const ASKS = { burst: 64, perSecond: 4 };

/** What this process knows of what keepers of its mesh have said; it takes in nothing that none of them has signed. */
export interface NoticeBoard {
  /** Stands for all of it, and is the same wherever the same is known; `0` where nobody said anything. */
  readonly digest: string;
  readonly texts: readonly string[];
  /** Takes in what somebody told; `forged` counts what no keeper has signed. */
  take(texts: readonly string[]): { readonly forged: number };
  /** Calls back whenever it is another; the returned function ends that. */
  onChange(listener: () => void): () => void;
}

/** Tells peers what keepers have said, before anything else and whenever there is news. */
export class NoticeSpread {
  readonly #board: NoticeBoard | undefined;
  readonly #links: LinkSet;
  readonly #unlisten: () => void;
  readonly #asks = new Rate(ASKS.perSecond, ASKS.burst);
  /** What it said that it knows, what was known here, and when. */
  readonly #asked = new Recent<string, { readonly word: string; readonly at: number }>(MAX_ASKED);

  #foreign = 0;

  /** Without a board nothing is told, and nothing is taken in. */
  constructor(board: NoticeBoard | undefined, links: LinkSet) {
    this.#board = board;
    this.#links = links;
    this.#unlisten = board?.onChange(() => this.#tellAll(board)) ?? (() => undefined);
  }

  /** What was told and no keeper has signed. */
  get foreign(): number {
    return this.#foreign;
  }

  welcome(linked: Linked): void {
    if (this.#board !== undefined && this.#board.digest !== NOTHING) this.#tell(linked, this.#board);
  }

  take(linked: Linked, { digest, notices }: NoticesLine): void {
    if (this.#board === undefined) return;
    linked.noteNotices(digest, notices);
    const { forged } = this.#board.take(notices);
    for (let index = 0; index < forged && !linked.link.isOver; index++) {
      this.#foreign += 1;
      linked.noteForeign();
    }
    // It is told that we know it now; where it was news, it has been.
    if (digest === this.#board.digest) this.#tell(linked, this.#board);
  }

  /** What somebody says who refuses us. */
  takeAlone(notice: string): void {
    this.#foreign += this.#board?.take([notice]).forged ?? 0;
  }

  /** Whether an announcer, who says that he knows this, is to be asked: by one of its addresses, and seldom while neither knows anything else. */
  isNews(announcer: string, digest: string, now: number): boolean {
    const own = this.#board?.digest;
    if (own === undefined || own === digest) return false;
    const word = `${digest} ${own}`;
    const asked = this.#asked.get(announcer);
    if (asked?.word === word && now - asked.at < ASK_AGAIN_MS) return false;
    if (!this.#asks.take(1, now)) return false;
    this.#asked.set(announcer, { word, at: now });
    return true;
  }

  close(): void {
    this.#unlisten();
  }

  #tellAll(board: NoticeBoard): void {
    for (const linked of this.#links.list()) this.#tell(linked, board);
  }

  #tell(linked: Linked, { digest, texts }: NoticeBoard): void {
    linked.tellNotices(digest, texts);
  }
}
