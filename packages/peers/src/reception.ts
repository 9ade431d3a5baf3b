import { Recent } from '@mdns-ambassador/relay';
import type { AddressJudge } from './address-judge.ts';
import type { LinkSet } from './link-set.ts';
import { Arrivals } from './rules/arrivals.ts';

/** Between two tellings of who was not let in from one address. */
const TELL_INTERVAL_MS = 60_000;
/** Addresses that were told of; the one of longest ago is forgotten first. */
const MAX_TOLD = 64;

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
  readonly #toldAt = new Recent<string, number>(MAX_TOLD);

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
    if (now - (this.#toldAt.get(address) ?? Number.NEGATIVE_INFINITY) < TELL_INTERVAL_MS) return;
    this.#toldAt.set(address, now);
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
