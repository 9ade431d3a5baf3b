import type { Examiner } from './examiner.ts';
import type { Linked } from './linked.ts';
import type { ExamineLine } from './rules/line.ts';
import { Rate } from './rules/rate.ts';

/** What all peers together may have shown to them: at once, and a second. */
const LIMIT = { burst: 6, perSecond: 0.1 };

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
