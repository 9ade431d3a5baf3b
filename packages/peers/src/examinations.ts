import type { Linked } from './linked.ts';
import type { ExamineLine, FactsLine, OutcomeLine } from './rules/line.ts';
import { Rate } from './rules/rate.ts';

/** What all peers together may have shown to them: at once, and a second. */
const LIMIT = { burst: 6, perSecond: 0.1 };

/** Shows a peer that asks whether it is reached, for `ambassador doctor HOST`. */
export interface Examiner {
  /**
   * Does what is asked, within 5 s, and tells each outcome once. `asker` is the address that the link comes from, which alone is dialled.
   * Not called for a link while it is at work for it, and no more often than {@link PeerNode} lets anybody ask.
   */
  examine(request: ExamineLine, asker: string, tell: (line: FactsLine | OutcomeLine) => void): Promise<void>;
}

/** Has shown to peers what they ask for, within a limit. */
export class Examinations {
  readonly #examiner: Examiner | undefined;
  readonly #rate = new Rate(LIMIT.perSecond, LIMIT.burst);

  /** Without an examiner everybody is refused. */
  constructor(examiner: Examiner | undefined) {
    this.#examiner = examiner;
  }

  /** Answers on the link, also where it refuses. */
  begin(linked: Linked, line: ExamineLine, now: number): void {
    const { link } = linked;
    const refuse = (reason: string): void => {
      for (const way of line.ways) link.tell({ kind: 'outcome', id: line.id, way, result: 'refused', reason });
    };
    if (this.#examiner === undefined) refuse('this command does not show it');
    else if (linked.isExamined) refuse('it is at it already');
    else if (!this.#rate.take(1, now)) refuse('it was asked too often; wait a minute');
    else {
      linked.isExamined = true;
      const done = (): void => {
        linked.isExamined = false;
      };
      this.#examiner.examine(line, linked.address, (answer) => link.tell(answer)).then(done, done);
    }
  }
}
