import type {
  Browse,
  BrowseEvent,
  BrowseOptions,
  Clock,
  Instance,
  InstanceAddress,
  NetworkInterface,
} from '@mdns-ambassador/mdns';
import { type AddressRefusal, type Cidr, judgeAddress } from '../address-policy.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import { type InstanceFilter, matchesFilter, readTxtText } from './instance-filter.ts';
import { PatienceList } from './patience-list.ts';
import type { Source } from './source.ts';
import { VerifyLimit } from './verify-limit.ts';

/** What this source needs of an MdnsNode. */
export interface InstanceBrowser {
  browse(options: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse;
  verify(type: string, instanceName: string): void;
}

/** An instance that is not used because none of its addresses may be dialled. */
export interface RefusedInstance {
  readonly service: string;
  readonly instance: string;
  readonly addresses: readonly { readonly address: string; readonly refusal: AddressRefusal }[];
}

export interface MdnsSourceOptions extends InstanceFilter {
  readonly service: string;
  /** `_redis._tcp` */
  readonly type: string;
  readonly browser: InstanceBrowser;
  /** This host's interfaces as they are now. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** Accepted beyond the link. */
  readonly allowed?: readonly Cidr[];
  readonly clock: Clock;
  /** Called once for each instance, until it becomes usable or leaves. */
  readonly onRefused?: (refused: RefusedInstance) => void;
}

const MDNS_SOURCE_NAME = 'mdns';
const ID_PREFIX = 'mdns:';
/**
 * Anybody on the link can say goodbye for another. An owner contradicts within a second (RFC 6762 6, 10.1); until this is over, the
 * endpoint is used if there is no other and it answers, and no connection is ended.
 */
const GOODBYE_PATIENCE_MS = 2_000;
/** Refused instances remembered so as to be told once; the oldest is forgotten first. */
const MAX_REFUSED = 256;

/** Nothing of this is proof: what left may still answer, and the pool knows whether it does. */
const LOSSES = {
  goodbye: 'said goodbye',
  expired: 'not heard of again',
  unreachable: 'not heard of when asked again',
} as const;

/** The instances of one type on the link, as endpoints. The node is the caller's: it is started and closed elsewhere. */
export function createMdnsSource(options: MdnsSourceOptions): Source {
  return new MdnsSource(options);
}

class MdnsSource implements Source {
  readonly name: string = MDNS_SOURCE_NAME;
  readonly #options: MdnsSourceOptions;
  readonly #verifyLimit = new VerifyLimit();
  readonly #refused = new Set<string>();
  readonly #leaving: PatienceList;
  #browse: Browse | undefined;
  #isClosed = false;

  constructor(options: MdnsSourceOptions) {
    this.#options = options;
    this.#leaving = new PatienceList(options.clock, GOODBYE_PATIENCE_MS);
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#browse !== undefined || this.#isClosed) return;
    // What the cache answers at once must not reach the caller within this call.
    let early: BrowseEvent[] | undefined = [];
    const tell = (event: BrowseEvent): void => {
      if (this.#isClosed) return;
      onUpdate(this.#translate(event));
      this.#seeOff(event, onUpdate);
    };
    this.#browse = this.#options.browser.browse({ type: this.#options.type }, (event) => {
      if (early === undefined) tell(event);
      else early.push(event);
    });
    await Promise.resolve();
    const waiting = early;
    early = undefined;
    for (const event of waiting) tell(event);
  }

  verify(id: string): void {
    if (this.#isClosed || !id.startsWith(ID_PREFIX)) return;
    if (!this.#verifyLimit.admit(id, this.#options.clock.now())) return;
    this.#options.browser.verify(this.#options.type, id.slice(ID_PREFIX.length));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#browse?.close();
    this.#leaving.clear();
  }

  /** Who said goodbye and does not come back is removed. */
  #seeOff(event: BrowseEvent, onUpdate: (update: Update) => void): void {
    const id = ID_PREFIX + event.instance.name;
    if (event.kind !== 'removed') this.#leaving.forgive(id);
    else if (event.lost === 'goodbye') {
      this.#leaving.await(id, () => onUpdate({ kind: 'remove', ids: [id], reason: LOSSES.goodbye }));
    }
  }

  #translate(event: BrowseEvent): Update {
    const id = ID_PREFIX + event.instance.name;
    switch (event.kind) {
      case 'added':
      case 'updated':
        return this.#judge(id, event.instance);
      case 'removed':
        this.#refused.delete(id);
        return { kind: 'gone', ids: [id], reason: LOSSES[event.lost] };
      default:
        return event satisfies never;
    }
  }

  #judge(id: string, instance: Instance): Update {
    if (!matchesFilter(instance, this.#options)) return { kind: 'remove', ids: [id], reason: 'no longer matches' };
    const context = { interfaces: this.#options.interfaces(), allowed: this.#options.allowed ?? [] };
    const verdicts = instance.addresses.map((address: InstanceAddress) => judgeAddress(address, context));
    const accepted = verdicts.flatMap((verdict) => (verdict.kind === 'accepted' ? [verdict.address] : []));
    if (accepted.length === 0) {
      const addresses = verdicts.flatMap((verdict) => (verdict.kind === 'refused' ? [verdict] : []));
      this.#tellRefused(id, { service: this.#options.service, instance: instance.name, addresses });
      return { kind: 'remove', ids: [id], reason: 'none of its addresses may be dialled' };
    }
    this.#refused.delete(id);
    return { kind: 'add', endpoints: [this.#describe(id, instance, [...new Set(accepted)])] };
  }

  #describe(id: string, instance: Instance, addresses: readonly string[]): Endpoint {
    return {
      id,
      service: this.#options.service,
      instance: instance.name,
      addresses,
      port: instance.port,
      priority: instance.priority,
      weight: instance.weight,
      secure: false,
      source: MDNS_SOURCE_NAME,
      draining: readTxtText(instance.txt, 'st') === 'drain',
    };
  }

  #tellRefused(id: string, refused: RefusedInstance): void {
    if (this.#refused.has(id)) return;
    this.#refused.add(id);
    const oldest = this.#refused.values().next();
    if (this.#refused.size > MAX_REFUSED && oldest.done !== true) this.#refused.delete(oldest.value);
    this.#options.onRefused?.(refused);
  }
}
