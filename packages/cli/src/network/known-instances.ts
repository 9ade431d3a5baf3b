import { type Cidr, judgeAddress, judgePeerAddress } from '@mdns-ambassador/ambassador';
import type { KnownInstance } from '@mdns-ambassador/dns';
import { type Browse, type BrowseEvent, type Instance, readService, readTxtText } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import type { LocalNetwork } from './local-network.ts';
import { createMembershipJudge } from './mesh.ts';

/** Types looked into; a link has some tens. */
const MOST_TYPES = 256;
/** Of all types together, against who announces without end; the first are kept. */
const MOST_INSTANCES = 2_048;
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
  readonly #instances = new Map<string, Instance>();
  readonly #browses: Browse[] = [];
  #isClosed = false;

  constructor(options: KnownInstancesOptions) {
    this.#options = options;
  }

  start(): void {
    const { node } = this.#options.local;
    let types = 0;
    this.#browses.push(
      node.browseTypes((type) => {
        types += 1;
        if (types <= MOST_TYPES && !this.#isClosed)
          this.#browses.push(node.browse({ type }, (event) => this.#take(event)));
      }),
    );
  }

  /** Those that may be used now. */
  list(): readonly KnownInstance[] {
    return [...this.#instances.values()].flatMap((instance) => {
      const { name, link, type, port, priority, weight, txt } = instance;
      if (!this.#isOurs(instance) || readTxtText(txt, 'st') === 'drain') return [];
      const service = readService(instance);
      const place = { name, service, type, port, priority, weight, txt, addresses: this.#listAddresses(instance) };
      return [link === undefined ? place : { ...place, link }];
    });
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const browse of this.#browses) browse.close();
  }

  #take(event: BrowseEvent): void {
    if (this.#isClosed) return;
    const { kind, instance } = event;
    const key = JSON.stringify([instance.type, instance.name, instance.link]);
    if (kind === 'removed' || kind === 'leaving') this.#instances.delete(key);
    else if (this.#instances.has(key) || this.#instances.size < MOST_INSTANCES) this.#instances.set(key, instance);
    this.#options.onChange();
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
