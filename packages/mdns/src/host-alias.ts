import { isIPv6 } from 'node:net';
import type { ServiceOptions } from './publication.ts';
import { renameAlias } from './rules/answering/rename.ts';

/** Who asks for an alias. */
export interface AliasUser {
  readonly options: ServiceOptions;
  readonly isWanted: boolean;
}

export interface AliasWish {
  /** Empty: nothing is to answer there. */
  readonly addresses: readonly string[];
  readonly announce: boolean;
}

/** One more name of this host, for the services that ask for it; the same on all interfaces. */
export class HostAlias {
  /** As it was asked for. */
  readonly original: string;
  /** In the order in which they came. */
  readonly users: Set<AliasUser> = new Set();
  /** Names of the interfaces where it answers. */
  readonly announcedOn: Set<string> = new Set();
  #label: string;
  #renames = 0;
  #isLost = false;

  constructor(label: string) {
    this.original = label;
    this.#label = label;
  }

  get label(): string {
    return this.#label;
  }

  /** `web.local` */
  get name(): string {
    return `${this.#label}.local`;
  }

  /** Others have each name that was tried. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Somebody else has the name (RFC 6762 9). */
  rename(): void {
    this.announcedOn.clear();
    const label = renameAlias(this.original, this.#renames);
    this.#renames += 1;
    if (label === undefined) this.#isLost = true;
    else this.#label = label;
  }

  /** On an interface with these addresses: those in which its services there are reached, told while one of them is. */
  describe(interfaceName: string, addresses: readonly string[]): AliasWish {
    const users = this.#isLost ? [] : [...this.users].filter(({ options }) => isOn(options, interfaceName));
    const families = new Set(users.map(({ options }) => options.family));
    const isReached = (address: string): boolean =>
      families.has(undefined) || families.has(isIPv6(address) ? 'IPv6' : 'IPv4');
    return { addresses: addresses.filter(isReached), announce: users.some(({ isWanted }) => isWanted) };
  }
}

function isOn({ interfaces }: ServiceOptions, interfaceName: string): boolean {
  return interfaces?.includes(interfaceName) !== false;
}
