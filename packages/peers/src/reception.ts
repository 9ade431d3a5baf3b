import type { AddressJudge } from './address-judge.ts';
import type { LinkSet } from './link-set.ts';
import { Arrivals } from './rules/arrivals.ts';

/** Between two tellings of somebody who was not let in. */
const TELL_INTERVAL_MS = 60_000;

export interface ReceptionOptions {
  readonly isMesh: boolean;
  readonly judge: AddressJudge;
  readonly links: LinkSet;
  readonly now: () => number;
  /** Somebody was not let in; seldom. */
  readonly onRefused: (address: string, reason: string) => void;
}

/** Lets in who connects, or not. */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #arrivals = new Arrivals();
  #refused = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** How many were not let in. */
  get refused(): number {
    return this.#refused;
  }

  /** Counts who is let in, and who is not. */
  mayArrive(address: string): boolean {
    const reason = this.#findRefusal(address);
    if (reason !== undefined) this.noteRefused(address, reason);
    return reason === undefined;
  }

  noteRefused(address: string, reason: string): void {
    this.#refused += 1;
    const now = this.#options.now();
    if (now - this.#toldAt < TELL_INTERVAL_MS) return;
    this.#toldAt = now;
    this.#options.onRefused(address, reason);
  }

  /** Forgets who has not come lately. */
  advance(now: number): void {
    this.#arrivals.advance(now);
  }

  #findRefusal(address: string): string | undefined {
    const { isMesh, judge, links, now } = this.#options;
    if (!isMesh && !judge.mayLink(address)) return 'it is not on a link of this machine, and nobody named it';
    return this.#arrivals.refuse(address, links.addresses, now());
  }
}
