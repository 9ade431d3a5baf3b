import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Counts which of many objects are still held by somebody. */
export class LiveObjects {
  readonly #references: WeakRef<object>[] = [];

  watch(...objects: readonly object[]): void {
    for (const object of objects) this.#references.push(new WeakRef(object));
  }

  /** Those that a full collection leaves. */
  async count(): Promise<number> {
    // What was touched in this turn is held until its end.
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    collectGarbage();
    await new Promise(setImmediate);
    return this.#references.filter((reference) => reference.deref() !== undefined).length;
  }
}
