import {
  type Browse,
  type BrowseEvent,
  type BrowseOptions,
  browseService,
  type Instance,
  type InstanceAddress,
  isSameService,
  type NetworkInterface,
  readService,
  readTxtText,
  typeOf,
  typesOf,
} from '@mdns-ambassador/mdns';
import { type Clock, type ListenPlace, Recent } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import { type Cidr, judgeAddress, judgePeerAddress } from './address-policy.ts';
import { type InstanceFilter, matchesFilter } from './instance-filter.ts';
import { leadsBack } from './leads-back.ts';
import { PatienceList } from './patience-list.ts';
import type { ForeignInstance, RefusedInstance, Source, UndialledInstance } from './source.ts';
import { VerifyLimit } from './verify-limit.ts';

/** What this source needs of an MdnsNode. */
export interface InstanceBrowser {
  browse(options: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse;
  verify(type: string, instanceName: string): void;
}

/** What an instance's record shows about whose it is. */
export interface InstanceMembership {
  /** The public id of its mesh. */
  readonly meshId: string;
  /** That it asks for no new connections is signed, too. */
  readonly draining: boolean;
}

/** Tells members of our mesh from strangers, by their records. */
export interface MembershipJudge {
  /** Undefined for an instance that is not of the mesh. */
  judge(instance: Instance): InstanceMembership | undefined;
  /** Why it is not, for people. */
  explain(instance: Instance): string;
  /** Calls back when its judgement of what is there may be another; the returned function ends that. */
  onChange(listener: () => void): () => void;
}

export interface MdnsSourceOptions extends InstanceFilter {
  /** `peer`: the browser knows what peers tell, and nothing else. Default `mdns`: what is on the link, and with it what peers tell. */
  readonly name?: 'mdns' | 'peer';
  readonly service: string;
  /** All that is announced as this type, `_http._tcp`; absent: the service alone, under each type as which it may be announced. */
  readonly type?: string | undefined;
  readonly browser: InstanceBrowser;
  /** This host's interfaces as they are now. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** Addresses of this host beyond those of its interfaces that are used, without zone. */
  readonly ownAddresses?: () => ReadonlySet<string>;
  /** Where who uses the endpoints listens itself: what leads back there is none. */
  readonly listen?: readonly ListenPlace[];
  /** Accepted beyond the link. */
  readonly allowed?: readonly Cidr[];
  readonly clock: Clock;
  /** With it only members of its mesh are used, without it only who is of none: a mesh would hear what is not for it. */
  readonly membership?: MembershipJudge;
  /** With it: whether somebody at this place has proved to be a member. */
  readonly isProven?: (address: string, port: number) => boolean;
  /** Called once for each foreign instance, until it is none any more or leaves. */
  readonly onForeign?: (foreign: ForeignInstance) => void;
  /** Called once for each instance, until it becomes usable or leaves. */
  readonly onRefused?: (refused: UndialledInstance) => void;
}

/** `mdns:NAME`, with the link where the name alone does not tell: `mdns%eth1:NAME`. */
const ID = /^(mdns|peer)(?:%([^:]*))?:(.*)$/s;
/**
 * Anybody on the link can say goodbye for another. An owner contradicts within a second (RFC 6762 6, 10.1); until this is over, the
 * endpoint is used if there is no other and it answers, and no connection is ended.
 */
const GOODBYE_PATIENCE_MS = 2_000;
/** Refused instances remembered so as to be told once; the oldest is forgotten first. */
const MAX_REFUSED = 256;

const MESH_ID = /^[0-9a-f]{16}$/;

/** Addresses of one endpoint that may be dialled; of a member those that were its own before included: whoever is there must prove who he is. */
const MAX_ADDRESSES = 8;

/** Nothing of this is proof: what left may still answer, and the pool knows whether it does. */
const LOSSES = {
  goodbye: 'said goodbye',
  expired: 'not heard of again',
  unreachable: 'not heard of when asked again',
} as const;

/** The instances of one service, or of one type, on the link, as endpoints. The node is the caller's: it is started and closed elsewhere. */
export function createMdnsSource(options: MdnsSourceOptions): Source {
  return new MdnsSource(options);
}

class MdnsSource implements Source {
  readonly name: 'mdns' | 'peer';
  readonly #options: MdnsSourceOptions;
  readonly #verifyLimit = new VerifyLimit();
  readonly #refused = new Recent<string, UndialledInstance>(MAX_REFUSED);
  /** With a mesh: what its members said last, by id. Bounded by the instances that are browsed. */
  readonly #members = new Map<string, Endpoint>();
  readonly #foreign = new Recent<string, ForeignInstance>(MAX_REFUSED);
  readonly #leaving: PatienceList;
  /** Those whose goodbye was heard last; gone a second later unless they come back. Bounded by the instances that are browsed. */
  readonly #departing = new Set<string>();
  /** With a mesh: what is there, to be judged anew when the keys change. Bounded by what is browsed. */
  readonly #instances = new Map<string, Instance>();
  #unlisten: () => void = () => undefined;
  #browse: Browse | undefined;
  #isClosed = false;

  constructor(options: MdnsSourceOptions) {
    this.#options = options;
    this.name = options.name ?? 'mdns';
    this.#leaving = new PatienceList(options.clock, GOODBYE_PATIENCE_MS);
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#browse !== undefined || this.#isClosed) return;
    // What the cache answers at once must not reach the caller within this call.
    let early: BrowseEvent[] | undefined = [];
    const tell = (event: BrowseEvent): void => {
      if (this.#isClosed) return;
      this.#remember(event);
      if (event.kind === 'leaving') this.#departing.add(this.#idOf(event.instance));
      else this.#departing.delete(this.#idOf(event.instance));
      onUpdate(this.#translate(event));
      this.#seeOff(event, onUpdate);
    };
    this.#browse = browseService(this.#options.browser, this.#options, (event) => {
      if (early === undefined) tell(event);
      else early.push(event);
    });
    this.#unlisten = this.#options.membership?.onChange(() => this.#judgeAnew(onUpdate)) ?? this.#unlisten;
    await Promise.resolve();
    const waiting = early;
    early = undefined;
    for (const event of waiting) tell(event);
  }

  listRefused(): readonly RefusedInstance[] {
    return [...this.#foreign.values(), ...this.#refused.values()];
  }

  verify(id: string): void {
    const [, source, link = '', name] = ID.exec(id) ?? [];
    if (this.#isClosed || name === undefined || source !== this.name) return;
    if (!this.#verifyLimit.admit(id, this.#options.clock.now())) return;
    this.#options.browser.verify(this.#typeIn(decodeURIComponent(link)), name);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#browse?.close();
    this.#unlisten();
    this.#leaving.clear();
  }

  #idOf({ name, link }: Instance): string {
    return `${this.name}${link === undefined ? '' : `%${encodeURIComponent(link)}`}:${name}`;
  }

  /** The type goes with the name where it is not the one that the service is announced as now. */
  #typeIn(link: string): string {
    const { service, type } = this.#options;
    return type ?? typesOf(service).find((each) => `${link} `.startsWith(`${each} `)) ?? typeOf(service);
  }

  #remember({ kind, instance }: BrowseEvent): void {
    if (this.#options.membership === undefined) return;
    if (kind === 'removed') this.#instances.delete(this.#idOf(instance));
    else this.#instances.set(this.#idOf(instance), instance);
  }

  #judgeAnew(onUpdate: (update: Update) => void): void {
    if (this.#isClosed) return;
    for (const [id, instance] of this.#instances) onUpdate(this.#judge(id, instance));
  }

  /** Who said goodbye and does not come back is removed. */
  #seeOff(event: BrowseEvent, onUpdate: (update: Update) => void): void {
    const id = this.#idOf(event.instance);
    if (event.kind !== 'removed') {
      this.#leaving.forgive(id);
      return;
    }
    const isBelieved = this.#isBelieved(id);
    this.#members.delete(id);
    if (event.lost === 'goodbye' && isBelieved) {
      this.#leaving.await(id, () => onUpdate({ kind: 'remove', ids: [id], reason: LOSSES.goodbye }));
    }
  }

  #translate(event: BrowseEvent): Update {
    const id = this.#idOf(event.instance);
    switch (event.kind) {
      case 'added':
      case 'updated':
      case 'leaving':
        return this.#judge(id, event.instance);
      case 'removed':
        this.#refused.delete(id);
        this.#foreign.delete(id);
        // In a mesh a stranger may have written over the record, and the handshake shows which service it is.
        if (this.#options.membership === undefined && this.#isOther(event.instance)) {
          return { kind: 'remove', ids: [id], reason: 'it is announced as another service' };
        }
        return { kind: 'gone', ids: [id], reason: LOSSES[event.lost] };
      default:
        return event satisfies never;
    }
  }

  /** Of another service than was asked for by name. */
  #isOther(instance: Instance): boolean {
    const { service, type } = this.#options;
    return type === undefined && !isSameService(readService(instance), service);
  }

  /** Anybody can say goodbye for a member; that it is leaving, only itself has said. */
  #isBelieved(id: string): boolean {
    return this.#options.membership === undefined || this.#members.get(id)?.draining === true;
  }

  #judge(id: string, instance: Instance): Update {
    const { membership: judge, listen = [], service } = this.#options;
    if (leadsBack(instance, listen)) {
      const reason = 'it leads back to this proxy, whose port this machine announces';
      this.#tellForeign(id, { service, instance: instance.name, reason });
      return { kind: 'remove', ids: [id], reason };
    }
    const mesh = readMeshId(instance);
    const membership = judge?.judge(instance);
    if (membership !== undefined || (judge === undefined && mesh === undefined)) {
      this.#foreign.delete(id);
      return this.#judgePlaces(id, instance, membership);
    }
    const reason =
      judge?.explain(instance) ?? `it is of mesh ${mesh}, and no mesh key was given (ambassador mesh join gets one)`;
    this.#tellForeign(id, { service, instance: instance.name, reason });
    if (judge === undefined) return { kind: 'remove', ids: [id], reason };
    // Never `remove`: a stranger may have written over the record of a member that still answers.
    return { kind: 'gone', ids: [id], reason: 'its record is not of this mesh' };
  }

  #judgePlaces(id: string, instance: Instance, membership: InstanceMembership | undefined): Update {
    if (!matchesFilter(instance, this.#options)) {
      this.#refused.delete(id);
      return { kind: 'remove', ids: [id], reason: 'no longer matches' };
    }
    const { interfaces, allowed = [], ownAddresses } = this.#options;
    const context = {
      interfaces: interfaces(),
      allowed,
      ...(ownAddresses === undefined ? {} : { own: ownAddresses() }),
    };
    const judge = instance.source === 'peer' ? judgePeerAddress : judgeAddress;
    const verdicts = instance.addresses.map((address: InstanceAddress) => judge(address, context));
    const accepted = verdicts.flatMap((verdict) => (verdict.kind === 'accepted' ? [verdict.address] : []));
    if (accepted.length === 0) {
      const addresses = verdicts.flatMap((verdict) => (verdict.kind === 'refused' ? [verdict] : []));
      this.#tellRefused(id, { service: this.#options.service, instance: instance.name, addresses });
      // The addresses of a member are not signed: a stranger may have written over them.
      const kind = membership === undefined ? 'remove' : 'gone';
      return { kind, ids: [id], reason: 'none of its addresses may be dialled' };
    }
    this.#refused.delete(id);
    const endpoint = this.#describe(id, instance, [...new Set(accepted)], membership);
    if (membership !== undefined) this.#members.set(id, endpoint);
    // Whoever said goodbye for it: nobody is sent there as long as there is a choice.
    return { kind: 'add', endpoints: [this.#departing.has(id) ? { ...endpoint, draining: true } : endpoint] };
  }

  #describe(
    id: string,
    instance: Instance,
    found: readonly string[],
    membership: InstanceMembership | undefined,
  ): Endpoint {
    const before = this.#members.get(id);
    const known = before?.port === instance.port ? before.addresses : [];
    const addresses =
      membership === undefined
        ? found.slice(0, MAX_ADDRESSES)
        : this.#limitAddresses([...found, ...known], instance.port);
    return {
      id,
      service: this.#options.service,
      instance: instance.name,
      ...(instance.link === undefined ? {} : { link: instance.link }),
      addresses,
      port: instance.port,
      priority: instance.priority,
      weight: instance.weight,
      secure: membership !== undefined,
      ...(membership === undefined ? {} : { mesh: membership.meshId }),
      source: instance.source ?? this.name,
      announcer: instance.announcer,
      draining: membership?.draining ?? readTxtText(instance.txt, 'st') === 'drain',
    };
  }

  /** Addresses are not signed, and who writes many must not drive out the one at which the member is. */
  #limitAddresses(addresses: readonly string[], port: number): readonly string[] {
    const { isProven = () => false } = this.#options;
    const all = [...new Set(addresses)];
    if (all.length <= MAX_ADDRESSES) return all;
    const proven = all.filter((address) => isProven(address, port)).slice(0, MAX_ADDRESSES);
    const others = all.filter((address) => !proven.includes(address)).slice(0, MAX_ADDRESSES - proven.length);
    return [...others, ...proven];
  }

  #tellRefused(id: string, refused: UndialledInstance): void {
    const isNew = !this.#refused.has(id);
    this.#refused.set(id, refused);
    if (isNew) this.#options.onRefused?.(refused);
  }

  #tellForeign(id: string, foreign: ForeignInstance): void {
    const isNew = !this.#foreign.has(id);
    this.#refused.delete(id);
    this.#foreign.set(id, foreign);
    if (isNew) this.#options.onForeign?.(foreign);
  }
}

function readMeshId({ txt }: Instance): string | undefined {
  const text = readTxtText(txt, 'mesh');
  return text !== undefined && MESH_ID.test(text) ? text : undefined;
}
