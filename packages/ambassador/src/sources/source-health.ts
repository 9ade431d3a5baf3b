/**
 * How a source fares; told each time that it changes, and taken to be `working` at first. `reason` is for people and may hold
 * what the network said.
 */
export type SourceHealth =
  | { readonly kind: 'working'; readonly source: string }
  /** It works, and has more than can be used. */
  | { readonly kind: 'partial'; readonly source: string; readonly reason: string }
  /** It learns that there is nobody. */
  | { readonly kind: 'empty'; readonly source: string; readonly reason: string }
  /** It learns nothing, or not all: what it told before holds, and it tries again. */
  | { readonly kind: 'failing'; readonly source: string; readonly reason: string };

/** What `onHealth` hears of one source: no health twice in a row. */
export class HealthReport {
  readonly #onHealth: ((health: SourceHealth) => void) | undefined;
  #last: SourceHealth;

  constructor(source: string, onHealth: ((health: SourceHealth) => void) | undefined) {
    this.#onHealth = onHealth;
    this.#last = { kind: 'working', source };
  }

  tell(health: SourceHealth): void {
    if (isSameHealth(this.#last, health)) return;
    this.#last = health;
    this.#onHealth?.(health);
  }
}

function isSameHealth(a: SourceHealth, b: SourceHealth): boolean {
  return a.kind === b.kind && reasonOf(a) === reasonOf(b);
}

function reasonOf(health: SourceHealth): string {
  return health.kind === 'working' ? '' : health.reason;
}
