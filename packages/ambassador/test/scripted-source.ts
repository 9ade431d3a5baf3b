import type { Update } from '../src/pool/update.ts';
import type { Source } from '../src/sources/source.ts';

/** A source that says what the test tells it to say. */
export class ScriptedSource implements Source {
  readonly name: string;
  readonly verified: string[] = [];
  closes = 0;
  #onUpdate: ((update: Update) => void) | undefined;

  constructor(name = 'mdns') {
    this.name = name;
  }

  get isStarted(): boolean {
    return this.#onUpdate !== undefined;
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    this.#onUpdate = onUpdate;
  }

  verify(id: string): void {
    this.verified.push(id);
  }

  async close(): Promise<void> {
    this.closes += 1;
  }

  tell(update: Update): void {
    this.#onUpdate?.(update);
  }
}
