import { listTold } from './address-standing.ts';
import { contain } from './contain.ts';
import { addCounters } from './counters.ts';
import { LinkPair, type LinkPairEvents, type LinkPairOptions } from './link-pair.ts';
import type { NetworkInterface } from './network.ts';
import type { LinkTotals, NodeCounters } from './node.ts';
import type { Responder } from './rules/answering/responder.ts';
import type { Querier } from './rules/asking/querier.ts';
import type { Machine, Received } from './rules/machine.ts';

/** A machine that threw is left alone for so long: what was due then is due still. */
const REST_MS = 1_000;
/** A machine has nothing due any more after this many turns, unless it is wrong. */
const MAX_TURNS = 16;

type RefusalCounters = Omit<NodeCounters, keyof LinkTotals | 'cachedRecords'>;

export const NO_REFUSALS: RefusalCounters = {
  recordsRefused: 0,
  repliesRefused: 0,
  unicastRefused: 0,
  deferralsRefused: 0,
  conflicts: 0,
};

/** The two machines of an interface. */
export interface Machines {
  readonly querier: Querier;
  readonly responder: Responder;
}

interface AttachmentOptions extends Omit<LinkPairOptions, 'events'> {
  /** As of the links; `received`: both machines have taken in a packet, or the one whose question it answers. */
  readonly events: Omit<LinkPairEvents, 'replied'>;
}

/** A node's presence on one interface: the links, and, while one at least is open, the machines that speak through them. */
export class Attachment {
  readonly links: LinkPair;
  /** The interface as it was read last. */
  on: NetworkInterface;
  #machines: Machines | undefined;
  #running: readonly Machine[] = [];
  readonly #resting = new WeakMap<Machine, number>();
  /** Of its machines; undefined where something has happened to them since it was asked for. */
  #deadline: number | undefined;
  /** Of machines that are forgotten. */
  #pastRefusals: RefusalCounters = NO_REFUSALS;

  constructor(on: NetworkInterface, options: AttachmentOptions) {
    const { events } = options;
    this.on = on;
    this.links = new LinkPair({
      ...options,
      events: {
        ...events,
        received: (packet) => {
          const now = options.now();
          for (const machine of this.#running) this.#hand(packet, machine, now);
          events.received(packet);
        },
        // What is said to us alone is no conflict with anybody (RFC 6762 9).
        replied: (packet) => {
          const querier = this.#machines?.querier;
          this.touch();
          contain(() => querier?.receive(packet, options.now()));
          events.received(packet);
        },
      },
    });
  }

  get isUp(): boolean {
    return this.#machines !== undefined;
  }

  /** Literals without zone, as the responder publishes them. */
  get addresses(): readonly string[] {
    return listTold(this.on.addresses).map(({ address }) => address);
  }

  get counters(): NodeCounters {
    return { ...this.links.totals, ...this.#refusals(), cachedRecords: this.#machines?.querier.cachedRecords ?? 0 };
  }

  bringUp(machines: Machines): void {
    this.#machines = machines;
    this.#running = [machines.querier, machines.responder];
    this.touch();
  }

  /** Forgets the machines, and all that they knew. */
  bringDown(): void {
    this.#pastRefusals = this.#refusals();
    this.#machines = undefined;
    this.#running = [];
    this.touch();
  }

  /** Nothing has happened to its machines since their deadline was asked for. */
  get isSettled(): boolean {
    return this.#deadline !== undefined;
  }

  /** Its machines were told something, by whomever: they may have something to do sooner than they said. */
  touch(): void {
    this.#deadline = undefined;
  }

  /** Sends all that is due. */
  advance(now: number): void {
    if (this.nextDeadline() > now) return;
    this.touch();
    for (const machine of this.#running) {
      if (now < this.#restsUntil(machine)) continue;
      const isDone = contain(() => {
        for (let turn = 0; turn < MAX_TURNS && machine.nextDeadline() <= now; turn++) {
          for (const transmit of machine.advance(now)) this.links.send(transmit);
        }
      });
      if (!isDone) this.#resting.set(machine, now + REST_MS);
    }
  }

  nextDeadline(): number {
    if (this.#deadline !== undefined) return this.#deadline;
    let deadline = Number.POSITIVE_INFINITY;
    for (const machine of this.#running)
      deadline = Math.min(deadline, Math.max(machine.nextDeadline(), this.#restsUntil(machine)));
    this.#deadline = deadline;
    return deadline;
  }

  /** What a machine passes over changes nothing of its deadline. */
  #hand(packet: Received, machine: Machine, now: number): void {
    let isPassedOver = false;
    contain(() => {
      isPassedOver = !machine.receive(packet, now);
    });
    if (!isPassedOver) this.touch();
  }

  #restsUntil(machine: Machine): number {
    return this.#resting.get(machine) ?? Number.NEGATIVE_INFINITY;
  }

  /** The link may be another one (RFC 6762 8.3): asks, claims and announces anew. */
  restart(now: number): void {
    this.touch();
    this.#machines?.querier.restart(now);
    this.#machines?.responder.restart(now);
  }

  #refusals(): RefusalCounters {
    if (this.#machines === undefined) return this.#pastRefusals;
    const { querier, responder } = this.#machines;
    const { legacyRefused, unicastRefused, deferralsRefused } = responder.counters;
    return addCounters(this.#pastRefusals, {
      recordsRefused: querier.refusedRecords,
      repliesRefused: querier.refusedReplies,
      unicastRefused: legacyRefused + unicastRefused,
      deferralsRefused,
      conflicts: responder.conflicts,
    });
  }
}
