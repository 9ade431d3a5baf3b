export interface PlacePurseOptions {
  /** How many places may be kept unused. */
  readonly reserve: number;
  /** Asks for places, and gives some back; `take` is the answer where some are wanted. */
  readonly ask: (wanted: number, given: number) => void;
}

/** The places that one worker has of all that its service has ({@link PlaceBook}). Who comes while there is none waits for the answer. */
export class PlacePurse {
  readonly #options: PlacePurseOptions;
  readonly #waiting: ((hasPlace: boolean) => void)[] = [];
  #unused = 0;
  /** Asked for, and not answered. */
  #asked = 0;

  constructor(options: PlacePurseOptions) {
    this.#options = options;
  }

  /** Calls back at once or later, once: whether there is a place, which is then taken until `leave`. */
  enter(settle: (hasPlace: boolean) => void): void {
    if (this.#unused > 0 && this.#waiting.length === 0) {
      this.#unused -= 1;
      settle(true);
    } else {
      this.#waiting.push(settle);
    }
    this.#refill();
  }

  /** Gives back one that was taken. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(true);
      return;
    }
    if (this.#unused < this.#options.reserve) this.#unused += 1;
    else this.#options.ask(0, 1);
  }

  /** The answer: of those that were asked for, so many are there and so many are not. */
  take(granted: number, refused: number): void {
    this.#asked = Math.max(0, this.#asked - granted - refused);
    this.#unused += granted;
    while (this.#unused > 0 && this.#waiting.length > 0) {
      this.#unused -= 1;
      this.#waiting.shift()?.(true);
    }
    // For these, too, an answer is on its way where more were asked for meanwhile.
    while (refused > 0 && this.#waiting.length > this.#asked) this.#waiting.shift()?.(false);
    if (refused === 0) this.#refill();
    this.#giveBack();
  }

  #refill(): void {
    const wanted = this.#waiting.length + this.#options.reserve - this.#unused - this.#asked;
    // A reserve is refilled by halves, not by ones.
    if (this.#waiting.length <= this.#asked && wanted * 2 <= this.#options.reserve) return;
    if (wanted <= 0) return;
    this.#asked += wanted;
    this.#options.ask(wanted, 0);
  }

  #giveBack(): void {
    const surplus = this.#unused - this.#options.reserve;
    if (surplus <= 0) return;
    this.#unused -= surplus;
    this.#options.ask(0, surplus);
  }
}
