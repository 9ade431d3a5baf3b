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
/** Refused instances remembered so as to be told once; the oldest is forgotten first. */
const MAX_REFUSED = 256;

/** The instances of one type on the link, as endpoints. The node is the caller's: it is started and closed elsewhere. */
export function createMdnsSource(options: MdnsSourceOptions): Source {
  return new MdnsSource(options);
}

class MdnsSource implements Source {
  readonly name: string = MDNS_SOURCE_NAME;
  readonly #options: MdnsSourceOptions;
  readonly #verifyLimit = new VerifyLimit();
  readonly #refused = new Set<string>();
  #browse: Browse | undefined;
  #isClosed = false;

  constructor(options: MdnsSourceOptions) {
    this.#options = options;
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#browse !== undefined || this.#isClosed) return;
    // What the cache answers at once must not reach the caller within this call.
    let early: BrowseEvent[] | undefined = [];
    const tell = (event: BrowseEvent): void => {
      if (!this.#isClosed) onUpdate(this.#translate(event));
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
  }

  #translate(event: BrowseEvent): Update {
    const id = ID_PREFIX + event.instance.name;
    switch (event.kind) {
      case 'added':
      case 'updated':
        return this.#judge(id, event.instance);
      case 'removed':
        this.#refused.delete(id);
        return describeLoss(id, event.lost);
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

/** Only a goodbye is the owner's own word; what was not heard of may still answer, and the pool knows whether it does. */
function describeLoss(id: string, lost: 'goodbye' | 'expired' | 'unreachable'): Update {
  switch (lost) {
    case 'goodbye':
      return { kind: 'remove', ids: [id], reason: 'said goodbye' };
    case 'expired':
      return { kind: 'gone', ids: [id], reason: 'not heard of again' };
    case 'unreachable':
      return { kind: 'gone', ids: [id], reason: 'not heard of when asked again' };
    default:
      return lost satisfies never;
  }
}
