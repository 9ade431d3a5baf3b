import type { Message } from '../../wire/message.ts';
import { dataKey, type ResourceRecord } from '../../wire/record.ts';
import type { Random, Received } from '../machine.ts';
import { isConflict, isFormerText } from './conflict.ts';
import type { OwnSet } from './own-set.ts';
import type { Registration } from './registration.ts';
import type { InterfaceRegistry } from './registry.ts';
import { drawSharedDelay, type ResponseQueue } from './response-queue.ts';
import type { OwnZone } from './zone.ts';

/** Hears what other hosts say about names that we have or want: agreement, rivalry, conflict (RFC 6762 6.6, 7.4, 8.1, 8.2, 9). */
export class ConflictListener {
  readonly #random: Random;
  readonly #registry: InterfaceRegistry;
  readonly #queue: ResponseQueue;
  readonly #onConflict: (registration: Registration, now: number) => void;
  /** Responses that were heard more than once, with the zone that none of their names concerned. */
  readonly #foreign: WeakMap<Message, OwnZone> = new WeakMap();

  constructor(
    random: Random,
    registry: InterfaceRegistry,
    queue: ResponseQueue,
    onConflict: (registration: Registration, now: number) => void,
  ) {
    this.#random = random;
    this.#registry = registry;
    this.#queue = queue;
    this.#onConflict = onConflict;
  }

  /** RFC 6762 8.2: others may be probing for a name while we are. */
  hearQuery(message: Message, now: number): void {
    if (message.authorities.length === 0) return;
    const zone = this.#registry.zone();
    const proposals = new Map<Registration, ResourceRecord[]>();
    for (const record of message.authorities) {
      const registration = zone.concerns(record.name) ? this.#registry.find(record.name) : undefined;
      if (registration === undefined || this.#isElsewhere(registration, record)) continue;
      const proposal = proposals.get(registration);
      if (proposal === undefined) proposals.set(registration, [record]);
      else proposal.push(record);
    }
    for (const [registration, proposal] of proposals) registration.probe.compete(proposal, now);
  }

  /** Costs next to nothing for what does not concern us, most of what is heard on a busy link. False for that. */
  hearResponse({ message, from, isRepeated }: Received, now: number): boolean {
    if (isRepeated === true && this.#foreign.get(message) === this.#registry.zone()) return false;
    let isForeign = true;
    for (const record of message.answers) {
      const zone = this.#registry.zone();
      if (!zone.concerns(record.name)) continue;
      isForeign = false;
      const set = zone.holding(record);
      if (set === undefined) this.#hearOther(record, message, now);
      else this.#hearOwn(set, record, from.isThisHost, now);
    }
    // RFC 6762 9: a conflict may stand in any section.
    for (const record of [...message.authorities, ...message.additionals]) {
      const zone = this.#registry.zone();
      if (!zone.concerns(record.name)) continue;
      isForeign = false;
      if (zone.holding(record) === undefined) this.#hearOther(record, message, now);
    }
    if (isForeign && isRepeated === true) this.#foreign.set(message, this.#registry.zone());
    return !isForeign;
  }

  /** Another host says what we say. */
  #hearOwn(set: OwnSet, record: ResourceRecord, isThisHost: boolean, now: number): void {
    if (record.ttl < set.ttl / 2) {
      // RFC 6762 6.6: somebody lets our record end too soon; the right TTL has to be heard.
      if (set.isUnique) this.#queue.schedule(set.key, now, 'now');
      else this.#queue.schedule(set.key, now + drawSharedDelay(this.#random()), 'soon');
      return;
    }
    // RFC 6762 7.4. Our own packet, looped back, must not stand in for the answer to a later question.
    if (record.ttl >= set.ttl && set.records.length === 1 && !isThisHost) this.#queue.suppress(set.key, now);
  }

  /** Another host says something else under a name that we have or want, or that others share. */
  #hearOther(record: ResourceRecord, message: Message, now: number): void {
    const registration = this.#registry.find(record.name);
    if (registration === undefined || !isConflict(registration, record, now)) return;
    if (isFormerText(registration, record, message, now)) return;
    if (!this.#isElsewhere(registration, record)) this.#onConflict(registration, now);
  }

  /** An address that this machine has on another link: both may be on one segment. */
  #isElsewhere(registration: Registration, record: ResourceRecord): boolean {
    return this.#registry.findElsewhere(registration)?.has(dataKey(record.data)) === true;
  }
}
