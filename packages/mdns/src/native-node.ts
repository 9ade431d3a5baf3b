import type { Attachment } from './attachment.ts';
import { Attachments } from './attachments.ts';
import { contain } from './contain.ts';
import { Discovery } from './discovery.ts';
import { listHeardTxt } from './heard-txt.ts';
import type { BrowseEvent, Instance, UnresolvedInstance } from './instance.ts';
import { MdnsError } from './mdns-error.ts';
import type { Browse, BrowseOptions, MdnsNode, MdnsNodeOptions, NodeCounters, NodeEvent } from './node.ts';
import type { Publication, PublicationEvent, ServiceOptions } from './publication.ts';
import { Publisher } from './publisher.ts';
import type { Received } from './rules/machine.ts';
import { decodeMessage } from './wire/decode.ts';

/** How soon a new interface or address is noticed. */
const POLL_MS = 2_000;
/** As above, after a link failed. */
const RETRY_MS = 500;
/** A wall clock that gained this much on the monotonic one, or a poll that is this late: the machine or the process slept. */
const SLEEP_MS = 5_000;

/** With nothing left to choose. */
export type NativeNodeOptions = MdnsNodeOptions &
  Required<Pick<MdnsNodeOptions, 'network' | 'clock' | 'random' | 'hostLabel'>>;

/** A node over the given network, clock and randomness. Nothing is opened before `start`. */
export class NativeNode implements MdnsNode {
  readonly #options: NativeNodeOptions;
  readonly #attachments: Attachments;
  readonly #publisher: Publisher;
  readonly #discovery: Discovery;
  /** Calls of listeners that wait for the end of a step. */
  readonly #notices: (() => void)[] = [];
  #state: 'idle' | 'running' | 'closed' = 'idle';
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #polling: Promise<void> | undefined;
  #scheduled: Promise<void> | undefined;
  #nextPollAt = Number.POSITIVE_INFINITY;
  #polledAt = { now: 0, wallClock: 0 };
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: NativeNodeOptions) {
    this.#options = options;
    const context = {
      now: () => options.clock.now(),
      changed: () => {
        this.#attachments.touch();
        return this.#schedule();
      },
      notify: (call: () => void) => void this.#notices.push(call),
      onEvent: (event: NodeEvent) => this.#tell(event),
      random: options.random,
    };
    this.#publisher = new Publisher(options.hostLabel, context);
    this.#discovery = new Discovery(context);
    this.#attachments = new Attachments({
      network: options.network,
      now: context.now,
      decode: options.decode ?? decodeMessage,
      attach: (on, addresses) => ({
        querier: this.#discovery.attach(on),
        responder: this.#publisher.attach(on.name, addresses),
      }),
      readdress: (name, addresses) => this.#publisher.readdress(name, addresses),
      detach: (name) => {
        this.#publisher.detach(name);
        this.#discovery.detach(name);
      },
      received: (packet, by) => {
        this.#overhear(packet);
        if (this.#isStepDue(by)) void this.#schedule();
      },
      failed: () => {
        this.#nextPollAt = Math.min(this.#nextPollAt, this.#now() + RETRY_MS);
        void this.#schedule();
      },
      tell: context.onEvent,
    });
  }

  get counters(): NodeCounters {
    return this.#attachments.counters;
  }

  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void = () => {}): Publication {
    this.#refuseWhenClosed();
    return this.#publisher.publish(service, onEvent);
  }

  browse(options: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse {
    this.#refuseWhenClosed();
    return this.#discovery.browse(options, onEvent);
  }

  browseTypes(onType: (type: string) => void): Browse {
    this.#refuseWhenClosed();
    return this.#discovery.browseTypes(onType);
  }

  remainingMs(instance: Pick<Instance, 'type' | 'name' | 'host'>): number {
    return this.#discovery.remainingMs(instance);
  }

  unresolved(type: string): readonly UnresolvedInstance[] {
    return this.#discovery.unresolved(type);
  }

  verify(type: string, instanceName: string): void {
    this.#discovery.verify(type, instanceName);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #open(): Promise<void> {
    this.#refuseWhenClosed();
    this.#notePoll();
    const errors = await this.#attachments.align(false);
    if (this.#closing !== undefined) return;
    const isWaiting = this.#options.mayWait === true && errors.length === 0;
    if (!this.#attachments.isAnyUp && !isWaiting) {
      this.#starting = undefined;
      this.#notices.length = 0;
      this.#attachments.forget();
      throw errors[0] ?? new MdnsError('no-interface', 'No network interface can be used: none of those wanted is up.');
    }
    this.#state = 'running';
    this.#planPoll(errors);
    await this.#schedule();
  }

  async #shutDown(): Promise<void> {
    this.#discovery.closeAll();
    this.#publisher.closeAll();
    this.#step();
    this.#state = 'closed';
    this.#notices.length = 0;
    this.#timer?.cancel();
    await Promise.all([this.#attachments.close(), this.#starting?.catch(() => {}), this.#polling, this.#scheduled]);
  }

  /** One step soon, however many changes ask for it; resolves after it. */
  #schedule(): Promise<void> {
    this.#scheduled ??= Promise.resolve().then(() => {
      this.#scheduled = undefined;
      this.#step();
    });
    return this.#scheduled;
  }

  /** Before the timer: most packets say nothing new, and nothing follows from them. */
  #isStepDue(by: Attachment): boolean {
    if (this.#notices.length > 0) return true;
    if (by.isSettled) return false;
    return this.#discovery.hasNewsOf(by.on.name) || by.nextDeadline() < (this.#timer?.at ?? Number.POSITIVE_INFINITY);
  }

  /** The loop: sends what is due, tells what happened, sets the one timer, whatever fails. */
  #step(): void {
    if (this.#state !== 'running') return;
    const now = this.#now();
    contain(() => {
      for (;;) {
        this.#attachments.advance(now);
        this.#discovery.collect();
        if (!this.#publisher.collect()) break;
        this.#attachments.touch();
      }
    });
    if (this.#nextPollAt <= now) this.#startPoll();
    this.#arm();
    this.#callListeners();
  }

  #arm(): void {
    const at = Math.min(this.#nextPollAt, this.#attachments.nextDeadline());
    if (this.#timer?.at === at) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const run = (): void => {
      this.#timer = undefined;
      this.#step();
    };
    // Whole milliseconds, so that a timer is never a fraction too early.
    this.#timer = { at, cancel: this.#options.clock.after(Math.max(1, Math.ceil(at - this.#now())), run) };
  }

  /** A listener that throws must not stop the node, nor keep others from hearing. */
  #callListeners(): void {
    for (let call = this.#notices.shift(); call !== undefined; call = this.#notices.shift()) {
      contain(call);
    }
  }

  #startPoll(): void {
    this.#nextPollAt = Number.POSITIVE_INFINITY;
    this.#polling = this.#attachments.align(this.#notePoll()).then((errors) => {
      this.#polling = undefined;
      this.#planPoll(errors);
      this.#step();
    });
  }

  #planPoll(errors: readonly Error[]): void {
    this.#nextPollAt = this.#now() + (errors.length > 0 ? RETRY_MS : POLL_MS);
  }

  /** Notes the time of a poll; true when the machine or the process slept since the last one. */
  #notePoll(): boolean {
    const polled = { now: this.#now(), wallClock: this.#options.clock.wallClock() };
    const elapsed = polled.now - this.#polledAt.now;
    const wallElapsed = polled.wallClock - this.#polledAt.wallClock;
    this.#polledAt = polled;
    return wallElapsed - elapsed > SLEEP_MS || elapsed > POLL_MS + SLEEP_MS;
  }

  #tell(event: NodeEvent): void {
    this.#notices.push(() => this.#options.onEvent?.(event));
  }

  #overhear(packet: Received): void {
    const { onTxt } = this.#options;
    if (onTxt === undefined) return;
    for (const txt of listHeardTxt(packet)) this.#notices.push(() => onTxt(txt, packet.from.address));
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new MdnsError('closed', 'The mDNS node is closed; create another.');
  }
}
