import { CliError } from '../exit/cli-error.ts';
import { diffEntries, type PlanEntry } from './diff-entries.ts';
import type { Part } from './part.ts';

/**
 * Has a part go on with another entry in the place of its own. False, with nothing changed, where another part has to take its place;
 * throws a CliError where the entry is refused.
 */
export type ChangePart<Item, Work> = (part: Work, entry: Item) => boolean;

/** What a change of plan came to. */
export interface PartsChange {
  readonly kept: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** What could not be started; where it was to replace something, that is at work again. */
  readonly errors: readonly CliError[];
}

/** What several came to together. */
export function sumChanges(changes: readonly PartsChange[]): PartsChange {
  const count = (key: 'kept' | 'changed' | 'added' | 'removed'): number =>
    changes.reduce((sum, change) => sum + change[key], 0);
  return {
    kept: count('kept'),
    changed: count('changed'),
    added: count('added'),
    removed: count('removed'),
    errors: changes.flatMap(({ errors }) => errors),
  };
}

/** The entries of one section that are at work. */
export class PartSet<Item extends PlanEntry, Work extends Part> {
  readonly #createPart: (entry: Item) => Work | Promise<Work>;
  readonly #changePart: ChangePart<Item, Work>;
  #running: readonly { readonly entry: Item; readonly part: Work }[] = [];
  /** Made, and not started yet. */
  readonly #prepared = new Map<Item, Work>();
  /** Retired, and still carrying something. */
  readonly #leaving = new Set<Work>();

  constructor(createPart: (entry: Item) => Work | Promise<Work>, changePart: ChangePart<Item, Work> = () => false) {
    this.#createPart = createPart;
    this.#changePart = changePart;
  }

  /** In the order of the plan. */
  get parts(): readonly Work[] {
    return this.#running.map(({ part }) => part);
  }

  /** Makes the parts of entries that will be applied, so that what can't be had is thrown before anything starts: rejects with a CliError. */
  async prepare(entries: readonly Item[]): Promise<void> {
    for (const entry of entries) this.#prepared.set(entry, await this.#createPart(entry));
  }

  /** Touches only what differs. Not to be called again before it has resolved. */
  async apply(entries: readonly Item[]): Promise<PartsChange> {
    const diff = diffEntries(
      this.#running.map(({ entry }) => entry),
      entries,
    );
    const errors: CliError[] = [];
    const replaced = diff.changed.filter(({ before, after }) => !this.#change(before, after, errors));
    // Room is made everywhere before anything starts: two services may swap their ports.
    await Promise.all([
      ...diff.removed.map((entry) => this.#retire(entry, 'removed')),
      ...replaced.map(({ before }) => this.#retire(before, 'replaced')),
    ]);
    const starts = [...replaced, ...diff.added.map((after) => ({ before: undefined, after }))];
    const outcomes = await Promise.all(
      starts.map(async ({ before, after }) => ({ before, error: await this.#start(after) })),
    );
    for (const { before, error } of outcomes) {
      if (error === undefined) continue;
      errors.push(error);
      const again = before === undefined ? undefined : await this.#start(before);
      if (again !== undefined) errors.push(again);
    }
    this.#sortAs(entries);
    return {
      kept: diff.kept.length,
      changed: diff.changed.length,
      added: diff.added.length,
      removed: diff.removed.length,
      errors,
    };
  }

  /** Lets what is carried finish, each in its time. */
  async stop(): Promise<void> {
    await Promise.all([...this.parts, ...this.#leaving].map((part) => part.stop()));
  }

  /** Ends at once. */
  async close(): Promise<void> {
    await Promise.all([...this.parts, ...this.#prepared.values(), ...this.#leaving].map((part) => part.close()));
  }

  /** Whether nothing has to take the place of what is at work: it goes on, as it is wanted, or as before where that is refused. */
  #change(before: Item, after: Item, errors: CliError[]): boolean {
    const running = this.#running.find(({ entry }) => entry === before);
    if (running === undefined) return false;
    try {
      if (!this.#changePart(running.part, after)) return false;
      this.#running = this.#running.map((one) => (one === running ? { entry: after, part: one.part } : one));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      errors.push(error);
    }
    return true;
  }

  async #retire(entry: Item, how: 'replaced' | 'removed'): Promise<void> {
    const running = this.#running.find((one) => one.entry === entry);
    if (running === undefined) return;
    const { part } = running;
    this.#running = this.#running.filter((one) => one !== running);
    this.#leaving.add(part);
    await part.retire(how);
    void part.ended().then(() => this.#leaving.delete(part));
  }

  async #start(entry: Item): Promise<CliError | undefined> {
    let part: Work | undefined;
    try {
      part = this.#prepared.get(entry) ?? (await this.#createPart(entry));
      this.#prepared.delete(entry);
      await part.start();
    } catch (error) {
      await part?.close();
      if (error instanceof CliError) return error;
      throw error;
    }
    this.#running = [...this.#running, { entry, part }];
    return undefined;
  }

  /** The entries at work may be equal to those of the plan without being the same. */
  #sortAs(entries: readonly Item[]): void {
    const rank = ({ service }: Item): number => entries.findIndex((entry) => entry.service === service);
    this.#running = [...this.#running].sort((a, b) => rank(a.entry) - rank(b.entry));
  }
}
