import { isIPv6 } from 'node:net';
import type { AddressFamily } from './network.ts';
import { renameHost } from './rules/answering/rename.ts';
import type { Random } from './rules/machine.ts';
import { MAX_LABEL_BYTES } from './wire/limits.ts';

const ENDINGS: Readonly<Record<AddressFamily, string>> = { IPv4: '-v4', IPv6: '-v6' };

/** A name of this host: with all its addresses, or with those of one family, for services that are reached in that one alone. */
export class HostName {
  readonly family: AddressFamily | undefined;
  #label: string;
  #renames = 0;
  #insists = false;

  /** `label`: of the host with all its addresses. */
  constructor(label: string, family?: AddressFamily) {
    this.family = family;
    const ending = family === undefined ? '' : ENDINGS[family];
    this.#label = label.slice(0, MAX_LABEL_BYTES - ending.length) + ending;
  }

  /** As it is now, after conflicts. */
  get label(): string {
    return this.#label;
  }

  /** Others use it, too, and renaming did not help. */
  get insists(): boolean {
    return this.#insists;
  }

  /** Somebody else has it (RFC 6762 9). */
  rename(random: Random): void {
    const label = renameHost(this.#label, this.#renames, random);
    this.#renames += 1;
    if (label === undefined) this.#insists = true;
    else this.#label = label;
  }

  /** Those of these literals that go with it. */
  choose(addresses: readonly string[]): readonly string[] {
    const { family } = this;
    if (family === undefined) return addresses;
    return addresses.filter((address) => (isIPv6(address) ? 'IPv6' : 'IPv4') === family);
  }
}
