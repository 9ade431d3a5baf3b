import type { AnnouncerError } from '@mdns-ambassador/announcer';
import { toCliError } from './announcer-errors.ts';

/** What can't be announced as it was asked for; the command ends when nothing else is left. */
export class Refusals {
  /** So many, and nothing is left. */
  readonly limit: number;
  readonly all: Promise<void>;
  readonly #errors: AnnouncerError[] = [];
  #finish: () => void = () => undefined;

  constructor(limit: number) {
    this.limit = limit;
    this.all = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  add(error: AnnouncerError): void {
    this.#errors.push(error);
    if (this.#errors.length >= this.limit) this.#finish();
  }

  throwFirst(): void {
    const [first] = this.#errors;
    if (first !== undefined) throw toCliError(first);
  }
}
