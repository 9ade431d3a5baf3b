import { Recent } from '@mdns-ambassador/relay';
/** What answers so far say of everything that they have named. */
export interface AnswerStanding {
  /** Named by the last answer, or, while answers are parts of a set, by one of the last. */
  readonly present: readonly string[];
  /** Left out by the last answer, and not given up yet. */
  readonly leftOut: readonly string[];
  /** Given up by the last answer. */
  readonly gone: readonly string[];
  /** Answers are changing parts of a set that is larger than one answer. */
  readonly isRotating: boolean;
}

/** An answer may leave out what is there: only what every answer leaves out for so long is gone, and for so many answers. */
const HOLD_MS = 10_000;
const HOLD_ANSWERS = 3;
/** So many answers of the last must have brought back one that was left out, in the place of another. */
const RETURNS = 3;
const REMEMBERED_ANSWERS = 30;
/**
 * Of a set N times as large as an answer, each is left out by N * 10 answers in a row once in e^10 times, when answers are random
 * parts of it.
 */
const PATIENCE = 10;
const LONGEST_PATIENCE = 300;
/** Names remembered; the one that was not named for longest is forgotten first. */
const MAX_NAMES = 256;

interface Sighting {
  readonly at: number;
  readonly answer: number;
  /** An answer came since in which nothing was known. */
  readonly isSuperseded: boolean;
}

/**
 * Judges answers that may be no more than a part of the set that is asked for (Consul gives three of many, Cloud Map eight): what
 * one answer leaves out is not gone yet. A set that held and is replaced whole is another set, at once. Pure: `now` in milliseconds.
 */
export class AnswerHistory {
  readonly #seen = new Map<string, Sighting>();
  /** Given up, so that it is noticed when they return. */
  readonly #departed = new Recent<string, true>(MAX_NAMES);
  #last: ReadonlySet<string> = new Set();
  #answers = 0;
  /** Answers in a row that were the same as the one before. */
  #repeated = 0;
  /** The numbers of the answers that brought back one in the place of another. */
  #returns: readonly number[] = [];

  /** Takes in one answer, which names one at least. */
  take(names: readonly string[], now: number): AnswerStanding {
    const answer = new Set(names);
    const isHeld = this.#repeated > 0;
    this.#answers += 1;
    this.#notice(answer);
    const isUnknown = this.#seen.size > 0 && !names.some((name) => this.#seen.has(name));
    const isRotating = this.#returns.length >= RETURNS;
    for (const [name, sighting] of this.#seen) {
      if (isUnknown && !answer.has(name)) this.#seen.set(name, { ...sighting, isSuperseded: true });
    }
    for (const name of answer) {
      this.#seen.delete(name);
      this.#seen.set(name, { at: now, answer: this.#answers, isSuperseded: false });
      this.#departed.delete(name);
    }
    this.#last = answer;
    const patience = Math.min(LONGEST_PATIENCE, Math.ceil((PATIENCE * this.#seen.size) / Math.max(1, answer.size)));
    if (this.#repeated >= patience) this.#returns = [];
    const present: string[] = [];
    const leftOut: string[] = [];
    const gone: string[] = [];
    for (const [name, { at, answer: number, isSuperseded }] of this.#seen) {
      const missed = this.#answers - number;
      if (missed === 0) present.push(name);
      else if (isRotating ? missed >= patience : (isUnknown && isHeld) || isOver(now - at, missed)) gone.push(name);
      else if (isRotating && !isSuperseded) present.push(name);
      else leftOut.push(name);
    }
    const surplus = [...leftOut, ...present].slice(0, Math.max(0, this.#seen.size - gone.length - MAX_NAMES));
    for (const name of [...gone, ...surplus]) this.#forget(name);
    const stays = (name: string): boolean => this.#seen.has(name);
    return { present: present.filter(stays), leftOut: leftOut.filter(stays), gone: [...gone, ...surplus], isRotating };
  }

  #notice(answer: ReadonlySet<string>): void {
    const left = [...this.#last].filter((name) => !answer.has(name));
    const came = [...answer].filter((name) => !this.#last.has(name));
    this.#repeated = left.length === 0 && came.length === 0 ? this.#repeated + 1 : 0;
    this.#returns = this.#returns.filter((number) => this.#answers - number < REMEMBERED_ANSWERS);
    const isExchange = left.length > 0 && left.length === came.length;
    if (isExchange && came.some((name) => this.#seen.has(name) || this.#departed.has(name))) {
      this.#returns = [...this.#returns, this.#answers];
    }
  }

  #forget(name: string): void {
    this.#seen.delete(name);
    this.#departed.set(name, true);
  }
}

function isOver(unseenMs: number, missed: number): boolean {
  return unseenMs >= HOLD_MS && missed >= HOLD_ANSWERS;
}
