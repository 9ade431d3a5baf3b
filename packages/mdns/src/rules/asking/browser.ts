import type { UnresolvedInstance } from '../../instance.ts';
import { parseTxt, type Txt } from '../../txt.ts';
import { formatName, type Name, nameKey } from '../../wire/name.ts';
import { dataKey, TYPE_CODES } from '../../wire/record.ts';
import { nameOfBrowse, nameOfType } from '../service-name.ts';
import type { CacheEvent } from './cache-event.ts';
import type { Denials } from './denials.ts';
import type { InstanceView, LostReason, ViewAddress, ViewEvent } from './instance-view.ts';
import type { Interest } from './interest.ts';
import { type ExpiryReason, isTakenBack } from './lifetime.ts';
import type { FollowUp, QuestionSchedule } from './question-schedule.ts';
import type { RecordCache } from './record-cache.ts';
import type { CachedRecord } from './record-store.ts';
import {
  findAddresses,
  findAnnouncer,
  findSrv,
  findTxt,
  isTakenBackAt,
  type Placed,
  type SrvData,
} from './resolution.ts';

/** RFC 6763 6.1 obliges every service to have a TXT record; one that has none is taken as empty after this time. */
const TXT_PATIENCE_MS = 1000;
/** What never came is asked for four times, after 20-120 ms, 1 s, 2 s, 4 s. */
const MISSING: FollowUp = { tries: 4, maxIntervalMs: 4000 };
/** What was there and is lost while its PTR record lives is asked for on and on: a healed link announces nothing. */
const LOST: FollowUp = { tries: Number.POSITIVE_INFINITY, maxIntervalMs: 300_000 };

/** Of the instances of one host, when one more comes; it costs the square of them. */
const MAX_LOOKED_AT_ANEW = 16;

const NO_TXT: { readonly txt: Txt; readonly txtKey: string } = { txt: new Map(), txtKey: '' };

/** What the browsers of one interface share. */
export interface BrowserContext {
  readonly cache: RecordCache;
  readonly denials: Denials;
  readonly schedule: QuestionSchedule;
  readonly interest: Interest;
}

/** An instance that a PTR record named. */
interface Tracked {
  readonly name: Name;
  readonly label: string;
  readonly nameKey: string;
  /** The PTR record that names it. */
  readonly pointer: CachedRecord;
  /** Key of the SRV target whose addresses are of interest. */
  host: string | undefined;
  state: TrackedState;
}

type TrackedState =
  | { readonly kind: 'incomplete'; readonly wasResolved: boolean }
  /** All but the TXT record is there. */
  | { readonly kind: 'awaiting-txt'; readonly until: number; readonly wasResolved: boolean }
  | { readonly kind: 'resolved'; readonly view: InstanceView; readonly signature: string; readonly txtKey: string };

/**
 * Browses one service type, or one subtype, on one interface (RFC 6763 4): PTR records name instances, which are resolved from
 * the cache and by follow-up questions. No instance comes out without SRV record and address.
 */
export class Browser {
  readonly type: string;
  readonly subtype: string | undefined;
  readonly #context: BrowserContext;
  readonly #name: Name;
  readonly #nameKey: string;
  readonly #typeKey: string;
  readonly #tracked: Map<string, Tracked> = new Map();
  readonly #byHost: Map<string, Set<Tracked>> = new Map();
  /** What is to be looked at again, and why something of it was lost, if it was. */
  readonly #dirty: Map<Tracked, LostReason> = new Map();
  readonly #awaitingTxt: Set<Tracked> = new Set();
  #events: ViewEvent[] = [];

  constructor(type: string, subtype: string | undefined, context: BrowserContext) {
    this.type = type;
    this.subtype = subtype;
    this.#context = context;
    this.#name = nameOfBrowse(type, subtype);
    this.#nameKey = nameKey(this.#name);
    this.#typeKey = nameKey(nameOfType(type));
  }

  start(now: number): void {
    const { cache, schedule, interest } = this.#context;
    interest.retain(this.#nameKey);
    schedule.askContinuously(this.#name, TYPE_CODES.PTR, now);
    for (const entry of cache.lookup(this.#name, TYPE_CODES.PTR, now)) this.#track(entry);
  }

  /** Emits nothing more. */
  stop(): void {
    for (const tracked of this.#tracked.values()) this.#release(tracked);
    this.#tracked.clear();
    this.#dirty.clear();
    this.#awaitingTxt.clear();
    this.#events = [];
    this.#context.interest.release(this.#nameKey);
  }

  /** Takes note of what happened to a record; `settle` draws the conclusions. */
  note(event: CacheEvent): void {
    const { nameKey: owner, targetKey } = event.entry;
    const reason = event.kind === 'expired' ? lossReason(event.reason) : undefined;
    if (targetKey !== undefined) {
      if (owner === this.#nameKey) this.#notePointer(event, targetKey, reason);
      return;
    }
    // A refresh changes nothing of what is known, so it concerns no one.
    if (event.kind === 'refreshed') return;
    const tracked = this.#tracked.get(owner);
    if (tracked !== undefined) this.#touch(tracked, reason);
    for (const instance of this.#byHost.get(owner) ?? []) this.#touch(instance, reason);
  }

  /** Whether nothing follows where this record, which is known, is heard again. */
  isSettled({ nameKey: owner, targetKey }: CachedRecord): boolean {
    if (targetKey === undefined || owner !== this.#nameKey) return true;
    return this.#tracked.get(targetKey)?.state.kind === 'resolved';
  }

  /** The owner of a name said what it does not have: nobody need wait for that. */
  noteDenial(owner: string): void {
    const tracked = this.#tracked.get(owner);
    if (tracked !== undefined) this.#touch(tracked, undefined);
  }

  /** Follows the SRV records, so that the addresses of their targets in the same packet are of interest. */
  followHosts(now: number): void {
    for (const tracked of this.#dirty.keys())
      this.#followHost(tracked, findSrv(this.#context.cache, tracked.nameKey, now));
  }

  /** Resolves what changed, asks for what is missing. */
  settle(now: number): void {
    for (const tracked of this.#awaitingTxt) {
      if (tracked.state.kind === 'awaiting-txt' && tracked.state.until <= now) this.#touch(tracked, undefined);
    }
    for (const [tracked, reason] of this.#dirty) this.#resolve(tracked, reason, now);
    this.#dirty.clear();
  }

  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { state } of this.#awaitingTxt) {
      if (state.kind === 'awaiting-txt') deadline = Math.min(deadline, state.until);
    }
    return deadline;
  }

  takeEvents(): readonly ViewEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /** What was named, and nobody says where it is. Who says that it has no SRV record, or that there is no service, left nothing open. */
  listUnresolved(now: number): readonly UnresolvedInstance[] {
    const { cache, denials } = this.#context;
    return [...this.#tracked.values()].flatMap(({ label, nameKey: instance, state }) => {
      if (state.kind !== 'incomplete') return [];
      const srv = findSrv(cache, instance, now);
      const isNone =
        cache.lookupUnder(instance, TYPE_CODES.SRV, now).length > 0 || denials.hasUnder(instance, TYPE_CODES.SRV, now);
      if (srv === undefined && isNone) return [];
      return [{ name: label, host: srv === undefined ? undefined : formatName(srv.target) }];
    });
  }

  #notePointer(event: CacheEvent, targetKey: string, reason: LostReason | undefined): void {
    if (reason !== undefined) {
      this.#untrack(targetKey, reason);
      return;
    }
    const tracked = this.#tracked.get(targetKey);
    if (tracked === undefined) this.#track(event.entry);
    else if (event.kind === 'changed' || event.kind === 'withdrawn') this.#touch(tracked, undefined);
    else if (tracked.state.kind !== 'resolved' && !this.#context.schedule.isAsking(targetKey, TYPE_CODES.SRV))
      this.#touch(tracked, undefined);
  }

  #track(entry: CachedRecord): void {
    if (entry.record.data.type !== 'PTR') return;
    const name = entry.record.data.target;
    const [label] = name;
    // RFC 6763 4.1: an instance's name is one label and the service's name, without subtype.
    if (label === undefined || nameKey(name.slice(1)) !== this.#typeKey) return;
    const key = nameKey(name);
    const tracked: Tracked = {
      name,
      label,
      nameKey: key,
      pointer: entry,
      host: undefined,
      state: { kind: 'incomplete', wasResolved: false },
    };
    this.#tracked.set(key, tracked);
    this.#context.interest.retain(key);
    this.#touch(tracked, undefined);
  }

  #untrack(key: string, reason: LostReason): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined) return;
    this.#tracked.delete(key);
    this.#dirty.delete(tracked);
    this.#awaitingTxt.delete(tracked);
    if (tracked.state.kind === 'resolved') this.#events.push({ kind: 'lost', view: tracked.state.view, reason });
    this.#release(tracked);
  }

  #release(tracked: Tracked): void {
    if (tracked.host !== undefined) this.#leaveHost(tracked, tracked.host);
    this.#context.interest.release(tracked.nameKey);
  }

  #touch(tracked: Tracked, reason: LostReason | undefined): void {
    this.#dirty.set(tracked, reason ?? this.#dirty.get(tracked) ?? 'expired');
  }

  /** Wants the addresses of the instance's host, and those of the last known host while the instance has no SRV record. */
  #followHost(tracked: Tracked, srv: SrvData | undefined): void {
    if (srv === undefined) return;
    const key = nameKey(srv.target);
    if (key === tracked.host) return;
    const left = tracked.host;
    tracked.host = key;
    const sharing = this.#byHost.get(key) ?? new Set();
    this.#byHost.set(key, sharing.add(tracked));
    // Who came may show that the host's addresses are those of two.
    if (sharing.size > 1 && sharing.size <= MAX_LOOKED_AT_ANEW)
      for (const other of sharing) this.#touch(other, undefined);
    this.#context.interest.retain(key);
    if (left !== undefined) this.#leaveHost(tracked, left);
  }

  #leaveHost(tracked: Tracked, host: string): void {
    const sharing = this.#byHost.get(host);
    sharing?.delete(tracked);
    if (sharing?.size === 0) this.#byHost.delete(host);
    this.#context.interest.release(host);
  }

  #resolve(tracked: Tracked, reason: LostReason, now: number): void {
    const { cache } = this.#context;
    const srv = findSrv(cache, tracked.nameKey, now);
    this.#followHost(tracked, srv);
    const placed = this.#place(tracked, srv);
    const addresses = placed === undefined ? [] : findAddresses(cache, placed, now);
    if (srv === undefined || placed === undefined || addresses.length === 0) {
      this.#loseSight(tracked, reason);
      this.#askForMissing(tracked, srv, now);
      return;
    }
    const txtData = findTxt(cache, tracked.nameKey, now);
    if (txtData === undefined) this.#ask(tracked, TYPE_CODES.TXT, MISSING, now);
    if (txtData === undefined && this.#isStillAwaitingTxt(tracked, now)) return;
    const { state } = tracked;
    const known = state.kind === 'resolved' ? { txt: state.view.txt, txtKey: state.txtKey } : NO_TXT;
    const { txt, txtKey } =
      txtData === undefined ? known : { txt: parseTxt(txtData.strings), txtKey: dataKey(txtData) };
    const { port, priority, weight } = srv;
    const host = formatName(srv.target);
    const isLeaving = isTakenBack(tracked.pointer.lifetime) || isTakenBackAt(cache, placed, now);
    const place = { host, port, priority, weight, txt, addresses };
    const signature = `${formatSignature(srv, txtKey, addresses)}${isLeaving ? ' leaving' : ''}`;
    if (state.kind === 'resolved' && state.signature === signature) return;
    const announcer = findAnnouncer(cache, placed, now) ?? '';
    const view: InstanceView = { name: tracked.label, type: this.type, ...place, announcer, isLeaving };
    this.#awaitingTxt.delete(tracked);
    tracked.state = { kind: 'resolved', view, signature, txtKey };
    this.#events.push({ kind: state.kind === 'resolved' ? 'changed' : 'resolved', view });
  }

  #place({ nameKey: instance }: Tracked, srv: SrvData | undefined): Placed | undefined {
    if (srv === undefined) return undefined;
    const host = nameKey(srv.target);
    return { instance, host, sharing: this.#byHost.get(host) ?? [] };
  }

  #loseSight(tracked: Tracked, reason: LostReason): void {
    const { state } = tracked;
    this.#awaitingTxt.delete(tracked);
    tracked.state = { kind: 'incomplete', wasResolved: wasResolved(state) };
    if (state.kind === 'resolved') this.#events.push({ kind: 'lost', view: state.view, reason });
  }

  #isStillAwaitingTxt(tracked: Tracked, now: number): boolean {
    const { state } = tracked;
    if (this.#context.denials.hasUnder(tracked.nameKey, TYPE_CODES.TXT, now)) return false;
    if (state.kind === 'incomplete') {
      tracked.state = { kind: 'awaiting-txt', until: now + TXT_PATIENCE_MS, wasResolved: state.wasResolved };
      this.#awaitingTxt.add(tracked);
      return true;
    }
    return state.kind === 'awaiting-txt' && state.until > now;
  }

  #askForMissing(tracked: Tracked, srv: SrvData | undefined, now: number): void {
    const { A, AAAA, SRV, TXT } = TYPE_CODES;
    const followUp = wasResolved(tracked.state) ? LOST : MISSING;
    if (srv === undefined) this.#ask(tracked, SRV, followUp, now);
    else {
      const host = { name: srv.target, nameKey: nameKey(srv.target) };
      for (const type of [A, AAAA]) this.#ask(host, type, followUp, now);
    }
    if (findTxt(this.#context.cache, tracked.nameKey, now) === undefined) this.#ask(tracked, TXT, MISSING, now);
  }

  #ask(of: Pick<Tracked, 'name' | 'nameKey'>, type: number, followUp: FollowUp, now: number): void {
    if (this.#context.denials.hasUnder(of.nameKey, type, now)) return;
    this.#context.schedule.askUntilAnswered(of.name, type, followUp, now, of.nameKey);
  }
}

function wasResolved(state: TrackedState): boolean {
  return state.kind === 'resolved' || state.wasResolved;
}

function lossReason(reason: ExpiryReason): LostReason {
  return reason === 'flushed' || reason === 'evicted' ? 'expired' : reason;
}

function formatSignature(srv: SrvData, txtKey: string, addresses: readonly ViewAddress[]): string {
  const parts = addresses.map(({ address, isFromThisHost }) => `${address}${isFromThisHost ? '*' : ''}`);
  return `${dataKey(srv)} ${parts.sort().join(' ')} ${txtKey}`;
}
