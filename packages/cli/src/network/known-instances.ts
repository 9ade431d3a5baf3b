import { type Cidr, judgeAddress, judgePeerAddress } from '@mdns-ambassador/ambassador';
import type { KnownInstance } from '@mdns-ambassador/dns';
import { type Instance, readService, readTxtText } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { type BrowsedAll, type BrowseLimits, browseAll } from './browse-all.ts';
import type { LocalNetwork } from './local-network.ts';
import { createMembershipJudge } from './mesh.ts';

/** A link has some tens of types. */
const LIMITS: BrowseLimits = { types: 256, instances: 2_048 };
/** Holds on one link alone, which DNS can't say. */
const LINK_LOCAL = /%/;

export interface KnownInstancesOptions {
  readonly local: LocalNetwork;
  /** With it members alone are told of, without it only who is of no mesh. */
  readonly mesh: Mesh | undefined;
  /** Accepted beyond the link. */
  readonly allowed: readonly Cidr[];
  /** What `list` returns may be another list now. */
  readonly onChange: () => void;
}

/** Every instance of every type that is on the link, or that peers tell of. The node is started and closed elsewhere. */
export class KnownInstances {
  readonly #options: KnownInstancesOptions;
  #browsed: BrowsedAll | undefined;

  constructor(options: KnownInstancesOptions) {
    this.#options = options;
  }

  start(): void {
    const { local, onChange } = this.#options;
    this.#browsed = browseAll(local.node, LIMITS, onChange);
  }

  /** Those that may be used now. */
  list(): readonly KnownInstance[] {
    return (this.#browsed?.list() ?? []).flatMap(({ instance, isLeaving }) => {
      const { name, link, type, port, priority, weight, txt } = instance;
      if (isLeaving || !this.#isOurs(instance) || readTxtText(txt, 'st') === 'drain') return [];
      const service = readService(instance);
      const remaining = this.#options.local.node.remainingMs(instance) / 1_000;
      const addresses = this.#listAddresses(instance);
      const place = { name, service, type, port, priority, weight, txt, remaining, addresses };
      return [link === undefined ? place : { ...place, link }];
    });
  }

  /** Idempotent. */
  close(): void {
    this.#browsed?.close();
  }

  #isOurs(instance: Instance): boolean {
    const { mesh } = this.#options;
    if (mesh === undefined) return readTxtText(instance.txt, 'mesh') === undefined;
    return createMembershipJudge(mesh, readService(instance)).judge(instance) !== undefined;
  }

  #listAddresses({ addresses, source }: Instance): readonly string[] {
    const { local, allowed } = this.#options;
    const context = { interfaces: local.network.interfaces(), own: local.network.ownAddresses(), allowed };
    const judge = source === 'peer' ? judgePeerAddress : judgeAddress;
    const accepted = addresses.flatMap((address) => {
      const verdict = judge(address, context);
      return verdict.kind === 'accepted' && !LINK_LOCAL.test(verdict.address) ? [verdict.address] : [];
    });
    return [...new Set(accepted)];
  }
}
