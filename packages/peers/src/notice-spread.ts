import { Recent } from '@mdns-ambassador/relay';
import type { LinkSet } from './link-set.ts';
import type { Linked } from './linked.ts';
import type { NoticeBoard } from './notice-board.ts';
import { keyOf } from './rules/directory.ts';
import type { NoticesLine, PeerPlace } from './rules/line.ts';

/** Nobody has said anything. */
const NOTHING = '0';
/** Places whose word was asked for; the one of longest ago is forgotten first. */
const MAX_ASKED = 256;

/** Tells peers what keepers have said, before anything else and whenever there is news. */
export class NoticeSpread {
  readonly #board: NoticeBoard | undefined;
  readonly #links: LinkSet;
  readonly #unlisten: () => void;
  /** By place: what it said that it knows, and what was known here. */
  readonly #asked = new Recent<string, string>(MAX_ASKED);

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

  /** Whether the one at this place, who says that he knows this, is to be asked: not twice while neither knows anything else. */
  isNews(place: PeerPlace, digest: string): boolean {
    const own = this.#board?.digest;
    if (own === undefined || own === digest) return false;
    const word = `${digest} ${own}`;
    if (this.#asked.get(keyOf(place)) === word) return false;
    this.#asked.set(keyOf(place), word);
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
