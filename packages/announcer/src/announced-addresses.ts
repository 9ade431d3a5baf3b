import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { type Clock, stripZone } from '@mdns-ambassador/relay';

/** Asking the operating system for each connection would cost more than the connection. */
const MAX_AGE_MS = 1000;

/** The addresses of this machine that are given out on the LAN; a change is noticed within a second. */
export class AnnouncedAddresses {
  readonly #interfaces: () => readonly NetworkInterface[];
  readonly #clock: Clock;
  #addresses: ReadonlySet<string> = new Set();
  #readAt: number = Number.NEGATIVE_INFINITY;

  constructor(interfaces: () => readonly NetworkInterface[], clock: Clock) {
    this.#interfaces = interfaces;
    this.#clock = clock;
  }

  /** `address` may have a zone. */
  has(address: string): boolean {
    const now = this.#clock.now();
    if (now - this.#readAt >= MAX_AGE_MS) {
      this.#readAt = now;
      this.#addresses = new Set(this.#interfaces().flatMap((one) => one.addresses.map((own) => own.address)));
    }
    return this.#addresses.has(stripZone(address));
  }
}
