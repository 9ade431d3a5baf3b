import { Attachment } from './attachment.ts';
import { Discovery } from './discovery.ts';
import type { BrowseEvent } from './instance.ts';
import { compareInterfaces, type InterfaceChange } from './interface-changes.ts';
import type { LinkFailure } from './link-pair.ts';
import { MdnsError } from './mdns-error.ts';
import type { NetworkInterface } from './network.ts';
import type { Browse, BrowseOptions, MdnsNode, MdnsNodeOptions, NodeCounters, NodeEvent } from './node.ts';
import type { Publication, PublicationEvent, ServiceOptions } from './publication.ts';
import { Publisher } from './publisher.ts';

/** How soon a new interface or address is noticed. */
const POLL_MS = 2_000;
/** As above, after a link failed. */
const RETRY_MS = 500;
/** A wall clock that gained this much on the monotonic one, or a poll that is this late: the machine or the process slept. */
const SLEEP_MS = 5_000;

const NO_TOTALS: NodeCounters = {
  received: 0,
  sent: 0,
  rateLimited: 0,
  undecodable: 0,
  damagedRecords: 0,
  offLink: 0,
  sendErrors: 0,
};

/** A node over the given network, clock and randomness. Nothing is opened before `start`. */
export function createMdnsNode(options: MdnsNodeOptions): MdnsNode {
  return new NativeNode(options);
}

type NodeState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  /** Goodbyes are leaving, or have left. */
  | { readonly kind: 'closed' };

/** What a poll found out about an attachment. */
interface AttachmentNews {
  readonly hasSlept: boolean;
  readonly isReaddressed: boolean;
  /** This may be another network. */
  readonly isElsewhere: boolean;
}

class NativeNode implements MdnsNode {
  readonly #options: MdnsNodeOptions;
  readonly #attachments = new Map<string, Attachment>();
  readonly #publisher: Publisher;
  readonly #discovery: Discovery;
  /** Failures that were told: interface, family and code. */
  readonly #toldFailures = new Set<string>();
  /** Calls of listeners that wait for the end of a step. */
  readonly #notices: (() => void)[] = [];
  #state: NodeState = { kind: 'idle' };
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #polling: Promise<void> | undefined;
  #scheduled: Promise<void> | undefined;
  /** Links of interfaces that are gone, being closed. */
  #leaving: Promise<unknown> = Promise.resolve();
  #interfaces: readonly NetworkInterface[] = [];
  #pastTotals: NodeCounters = NO_TOTALS;
  #nextPollAt = Number.POSITIVE_INFINITY;
  #polledAt = { now: 0, wallClock: 0 };
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: MdnsNodeOptions) {
    this.#options = options;
    const context = {
      now: () => options.clock.now(),
      changed: () => this.#schedule(),
      notify: (call: () => void) => void this.#notices.push(call),
      onEvent: (event: NodeEvent) => this.#tell(event),
      random: options.random,
    };
    this.#publisher = new Publisher(options.hostLabel, context);
    this.#discovery = new Discovery(context);
  }

  get counters(): NodeCounters {
    return [...this.#attachments.values()].reduce((sum, { links }) => addTotals(sum, links.totals), this.#pastTotals);
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
    const errors = await this.#align(false);
    if (this.#closing !== undefined) return;
    if (![...this.#attachments.values()].some(({ isUp }) => isUp)) {
      this.#starting = undefined;
      this.#attachments.clear();
      this.#interfaces = [];
      throw errors[0] ?? new MdnsError('no-interface', 'No network interface can be used: none of those wanted is up.');
    }
    this.#state = { kind: 'running' };
    this.#nextPollAt = this.#now() + (errors.length > 0 ? RETRY_MS : POLL_MS);
    await this.#schedule();
  }

  async #shutDown(): Promise<void> {
    this.#discovery.closeAll();
    this.#publisher.closeAll();
    if (this.#state.kind === 'running') this.#step();
    this.#state = { kind: 'closed' };
    this.#notices.length = 0;
    this.#timer?.cancel();
    const links = [...this.#attachments.values()].map((attachment) => attachment.links.close());
    await Promise.all([...links, this.#starting?.catch(() => {}), this.#polling, this.#scheduled]);
    await this.#leaving;
  }

  /** One step soon, however many changes ask for it; resolves after it. */
  #schedule(): Promise<void> {
    this.#scheduled ??= Promise.resolve().then(() => {
      this.#scheduled = undefined;
      this.#step();
    });
    return this.#scheduled;
  }

  /** The loop: sends what is due, tells what happened, sets the one timer. */
  #step(): void {
    if (this.#state.kind !== 'running') return;
    const now = this.#now();
    do {
      for (const attachment of this.#attachments.values()) attachment.advance(now);
      this.#discovery.collect();
    } while (this.#publisher.collect());
    if (this.#nextPollAt <= now) this.#startPoll();
    this.#arm();
    this.#callListeners();
  }

  #arm(): void {
    const deadlines = [...this.#attachments.values()].map((attachment) => attachment.nextDeadline());
    const at = Math.min(this.#nextPollAt, ...deadlines);
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

  /** A listener that throws is its owner's fault and must not stop the node: the error surfaces as any uncaught one. */
  #callListeners(): void {
    for (let call = this.#notices.shift(); call !== undefined; call = this.#notices.shift()) {
      try {
        call();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #startPoll(): void {
    this.#nextPollAt = Number.POSITIVE_INFINITY;
    this.#polling = this.#align(this.#notePoll()).then((errors) => {
      this.#polling = undefined;
      this.#nextPollAt = this.#now() + (errors.length > 0 ? RETRY_MS : POLL_MS);
      this.#step();
    });
  }

  /** Notes the time of a poll; true when the machine or the process slept since the last one. */
  #notePoll(): boolean {
    const polled = { now: this.#now(), wallClock: this.#options.clock.wallClock() };
    const elapsed = polled.now - this.#polledAt.now;
    const wallElapsed = polled.wallClock - this.#polledAt.wallClock;
    this.#polledAt = polled;
    return wallElapsed - elapsed > SLEEP_MS || elapsed > POLL_MS + SLEEP_MS;
  }

  /** Makes the attachments what the interfaces are now. Never rejects; returns what went wrong. */
  async #align(hasSlept: boolean): Promise<readonly Error[]> {
    let found: readonly NetworkInterface[];
    try {
      found = this.#options.network.interfaces();
    } catch (error) {
      return [error instanceof Error ? error : new Error(String(error))];
    }
    const changes = compareInterfaces(this.#interfaces, found);
    this.#interfaces = found;
    for (const change of changes) this.#applyChange(change);
    const readdressed = new Map(
      changes.flatMap((change) => (change.kind === 'readdressed' ? [[change.on.name, change.isMoved] as const] : [])),
    );
    const errors = await Promise.all(
      [...this.#attachments.values()].map((attachment) => {
        const isMoved = readdressed.get(attachment.on.name);
        return this.#fit(attachment, {
          hasSlept,
          isReaddressed: isMoved !== undefined,
          isElsewhere: hasSlept || isMoved === true,
        });
      }),
    );
    return errors.flat();
  }

  #applyChange(change: InterfaceChange): void {
    switch (change.kind) {
      case 'added':
        this.#attachments.set(change.on.name, this.#createAttachment(change.on));
        return;
      case 'removed':
        this.#detach(change.name);
        for (const told of this.#toldFailures) if (told.startsWith(`${change.name} `)) this.#toldFailures.delete(told);
        return;
      case 'readdressed': {
        const attachment = this.#attachments.get(change.on.name);
        if (attachment !== undefined) attachment.on = change.on;
        return;
      }
      default:
        change satisfies never;
    }
  }

  /** Opens and closes links of one attachment, and brings it up or down accordingly. */
  async #fit(attachment: Attachment, news: AttachmentNews): Promise<readonly Error[]> {
    const { links, on } = attachment;
    if (news.hasSlept) await links.reset();
    const failures = await links.fit(on);
    const isCurrent = this.#attachments.get(on.name) === attachment && this.#closing === undefined;
    if (!isCurrent) {
      await links.close();
      return [];
    }
    for (const failure of failures) this.#tellFailure(on.name, failure);
    if (links.size === 0) this.#replace(attachment);
    else if (attachment.isUp) this.#refresh(attachment, news);
    else this.#bringUp(attachment);
    return failures.map(({ error }) => error);
  }

  /** Nothing can be sent on an interface that was up: starts over with it. */
  #replace(attachment: Attachment): void {
    if (!attachment.isUp) return;
    this.#detach(attachment.on.name);
    this.#attachments.set(attachment.on.name, this.#createAttachment(attachment.on));
  }

  #refresh(attachment: Attachment, { isReaddressed, isElsewhere }: AttachmentNews): void {
    if (isReaddressed) {
      this.#publisher.readdress(attachment.on.name, attachment.addresses);
      this.#tellInterfaceUp(attachment);
    }
    if (isElsewhere) attachment.restart(this.#now());
  }

  #createAttachment(on: NetworkInterface): Attachment {
    return new Attachment(on, {
      network: this.#options.network,
      now: () => this.#now(),
      isOwnAddress: (address) => this.#interfaces.some((own) => own.addresses.some((each) => each.address === address)),
      received: () => void this.#schedule(),
      failed: (failure) => {
        this.#tellFailure(on.name, failure);
        this.#nextPollAt = Math.min(this.#nextPollAt, this.#now() + RETRY_MS);
        void this.#schedule();
      },
    });
  }

  #bringUp(attachment: Attachment): void {
    const { name } = attachment.on;
    const querier = this.#discovery.attach(attachment.on);
    const responder = this.#publisher.attach(name, attachment.addresses);
    attachment.bringUp({ querier, responder });
    this.#tellInterfaceUp(attachment);
  }

  #tellInterfaceUp({ on, addresses }: Attachment): void {
    this.#tell({ kind: 'interface-up', interfaceName: on.name, addresses });
  }

  #detach(name: string): void {
    const attachment = this.#attachments.get(name);
    if (attachment === undefined) return;
    this.#attachments.delete(name);
    const closing = attachment.links.close().then(() => {
      this.#pastTotals = addTotals(this.#pastTotals, attachment.links.totals);
    });
    this.#leaving = Promise.all([this.#leaving, closing]);
    if (!attachment.isUp) return;
    attachment.bringDown();
    this.#publisher.detach(name);
    this.#discovery.detach(name);
    this.#tell({ kind: 'interface-down', interfaceName: name });
  }

  #tellFailure(interfaceName: string, { family, error }: LinkFailure): void {
    const code = 'code' in error ? String(error.code) : error.name;
    const key = `${interfaceName} ${family} ${code}`;
    if (this.#toldFailures.has(key)) return;
    this.#toldFailures.add(key);
    this.#tell({ kind: 'link-failed', interfaceName, error });
  }

  #tell(event: NodeEvent): void {
    this.#notices.push(() => this.#options.onEvent?.(event));
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new MdnsError('closed', 'The mDNS node is closed; create another.');
  }
}

function addTotals(a: NodeCounters, b: NodeCounters): NodeCounters {
  return {
    received: a.received + b.received,
    sent: a.sent + b.sent,
    rateLimited: a.rateLimited + b.rateLimited,
    undecodable: a.undecodable + b.undecodable,
    damagedRecords: a.damagedRecords + b.damagedRecords,
    offLink: a.offLink + b.offLink,
    sendErrors: a.sendErrors + b.sendErrors,
  };
}
