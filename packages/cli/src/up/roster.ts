import { CliError } from '../cli-error.ts';
import { diffEntries, type Entry } from './diff-entries.ts';
import type { Part } from './part.ts';

/** What a change of plan came to. */
export interface RosterChange {
  readonly kept: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** What could not be started; where it was to replace something, that is at work again. */
  readonly errors: readonly CliError[];
}

/** The entries of one section that are at work. */
export class Roster<Item extends Entry, Work extends Part> {
  readonly #createPart: (entry: Item) => Work;
  #running: readonly { readonly entry: Item; readonly part: Work }[] = [];
  /** Retired, and still carrying something. */
  readonly #leaving = new Set<Work>();

  constructor(createPart: (entry: Item) => Work) {
    this.#createPart = createPart;
  }

  /** In the order of the plan. */
  get parts(): readonly Work[] {
    return this.#running.map(({ part }) => part);
  }

  /** Touches only what differs. Not to be called again before it has resolved. */
  async apply(entries: readonly Item[]): Promise<RosterChange> {
    const diff = diffEntries(
      this.#running.map(({ entry }) => entry),
      entries,
    );
    // Room is made everywhere before anything starts: two services may swap their ports.
    await Promise.all([
      ...diff.removed.map((entry) => this.#retire(entry, 'removed')),
      ...diff.changed.map(({ before }) => this.#retire(before, 'replaced')),
    ]);
    const errors: CliError[] = [];
    const starts = [...diff.changed, ...diff.added.map((after) => ({ before: undefined, after }))];
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
    await Promise.all([...this.parts, ...this.#leaving].map((part) => part.close()));
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
      part = this.#createPart(entry);
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
