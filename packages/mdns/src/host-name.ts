import { isIPv6 } from 'node:net';
import type { AddressFamily } from './network.ts';
import { type Renaming, renameHost } from './rules/answering/rename.ts';
import type { Random } from './rules/machine.ts';

/** RFC 1035 2.3.4 */
const MAX_LABEL_LENGTH = 63;
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
    this.#label = label.slice(0, MAX_LABEL_LENGTH - ending.length) + ending;
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
  rename(random: Random): Renaming {
    const renaming = renameHost(this.#label, this.#renames, random);
    switch (renaming.kind) {
      case 'rename':
        this.#renames += 1;
        this.#label = renaming.name;
        break;
      case 'insist':
        this.#insists = true;
        break;
      default:
        renaming satisfies never;
    }
    return renaming;
  }

  /** Those of these literals that go with it. */
  choose(addresses: readonly string[]): readonly string[] {
    const { family } = this;
    if (family === undefined) return addresses;
    return addresses.filter((address) => (isIPv6(address) ? 'IPv6' : 'IPv4') === family);
  }
}
