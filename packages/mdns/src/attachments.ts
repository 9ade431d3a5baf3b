import { Attachment, type Machines, NO_REFUSALS } from './attachment.ts';
import { addCounters } from './counters.ts';
import { compareInterfaces, type InterfaceChange } from './interface-changes.ts';
import { type FragmentedPacket, type LinkFailure, NO_TOTALS } from './link-pair.ts';
import { toError } from './mdns-error.ts';
import type { Network, NetworkInterface } from './network.ts';
import type { NodeCounters, NodeEvent } from './node.ts';
import type { Received } from './rules/machine.ts';
import type { Decode } from './wire/decode.ts';

const NO_COUNTERS: NodeCounters = { ...NO_TOTALS, ...NO_REFUSALS, cachedRecords: 0 };

/** What the attachments need of the node. */
export interface AttachmentsContext {
  readonly network: Network;
  readonly now: () => number;
  readonly decode: Decode;
  /** The machines of an interface that can be used from now on. */
  readonly attach: (on: NetworkInterface, addresses: readonly string[]) => Machines;
  /** The interface has other addresses. */
  readonly readdress: (name: string, addresses: readonly string[]) => void;
  /** The interface can't be used any more. */
  readonly detach: (name: string) => void;
  /** A packet came in; nobody but the machines of this attachment has heard of it. */
  readonly received: (packet: Received, by: Attachment) => void;
  /** A link failed; `align` should be called soon. */
  readonly failed: () => void;
  readonly tell: (event: NodeEvent) => void;
}

/** What a reading of the interfaces found out about an attachment. */
interface AttachmentNews {
  /** Others are told other addresses of it. */
  readonly isReaddressed: boolean;
  /** This may be another network. */
  readonly isElsewhere: boolean;
}

/** A node's presence on all its interfaces, as they come, change and go. */
export class Attachments {
  readonly #context: AttachmentsContext;
  readonly #byName = new Map<string, Attachment>();
  /** Failures that were told: interface, family and code. */
  readonly #toldFailures = new Set<string>();
  /** Interfaces of which it was told that they carry a packet in fragments. */
  readonly #toldFragmented = new Set<string>();
  #interfaces: readonly NetworkInterface[] = [];
  #ownAddresses: ReadonlySet<string> = new Set();
  #pastCounters: NodeCounters = NO_COUNTERS;
  /** Links of interfaces that are gone, being closed. */
  #leaving: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** It was told that the interfaces can't be seen. */
  #isBlind = false;

  constructor(context: AttachmentsContext) {
    this.#context = context;
  }

  get isAnyUp(): boolean {
    return [...this.#byName.values()].some(({ isUp }) => isUp);
  }

  get counters(): NodeCounters {
    return [...this.#byName.values()].reduce((sum, { counters }) => addCounters(sum, counters), this.#pastCounters);
  }

  /** See {@link Attachment.touch}. */
  touch(): void {
    for (const attachment of this.#byName.values()) attachment.touch();
  }

  /** Sends all that is due. */
  advance(now: number): void {
    for (const attachment of this.#byName.values()) attachment.advance(now);
  }

  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const attachment of this.#byName.values()) deadline = Math.min(deadline, attachment.nextDeadline());
    return deadline;
  }

  /** Makes the attachments what the interfaces are now. Never rejects; returns what went wrong. One call at a time. */
  async align(hasSlept: boolean): Promise<readonly Error[]> {
    let found: readonly NetworkInterface[];
    try {
      found = this.#context.network.interfaces();
    } catch (error) {
      return [toError(error)];
    }
    const unseen = this.#noteBlindness();
    const changes = compareInterfaces(this.#interfaces, found);
    this.#setInterfaces(found);
    const toldBefore = new Map([...this.#byName.values()].map((one) => [one, one.addresses.join()]));
    for (const change of changes) this.#applyChange(change);
    const moved = new Set(changes.flatMap((one) => (one.kind === 'readdressed' && one.isMoved ? [one.on.name] : [])));
    const fitted = await Promise.all(
      [...this.#byName.values()].map(async (attachment) => {
        const { links, on } = attachment;
        if (hasSlept) await links.reset();
        return { attachment, failures: await links.fit(on) };
      }),
    );
    // Each link is to tell what comes by the others, which are open now. Until it does it hears nothing, and nobody is to be asked.
    await Promise.all(fitted.map(({ attachment }) => attachment.links.renew()));
    const errors = await Promise.all(
      fitted.map(({ attachment, failures }) =>
        this.#apply(attachment, failures, {
          isReaddressed: toldBefore.get(attachment) !== attachment.addresses.join(),
          isElsewhere: hasSlept || moved.has(attachment.on.name),
        }),
      ),
    );
    this.touch();
    return [...unseen, ...errors.flat()];
  }

  /** As if no interface had been seen yet. */
  forget(): void {
    for (const name of [...this.#byName.keys()]) this.#detach(name);
    this.#setInterfaces([]);
  }

  /** Closes every link, for good; resolves when what was sent has left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#byName.values()].map(({ links }) => links.close()));
    await this.#leaving;
  }

  #setInterfaces(interfaces: readonly NetworkInterface[]): void {
    this.#interfaces = interfaces;
    this.#ownAddresses = new Set(interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  }

  #noteBlindness(): readonly Error[] {
    const error = this.#context.network.blindness?.();
    if (error !== undefined && !this.#isBlind) this.#context.tell({ kind: 'interfaces-unseen', error });
    this.#isBlind = error !== undefined;
    return error === undefined ? [] : [error];
  }

  #applyChange(change: InterfaceChange): void {
    switch (change.kind) {
      case 'added':
        this.#create(change.on);
        return;
      case 'removed':
        this.#detach(change.name);
        this.#toldFragmented.delete(change.name);
        for (const told of this.#toldFailures) if (told.startsWith(`${change.name} `)) this.#toldFailures.delete(told);
        return;
      case 'readdressed': {
        const attachment = this.#byName.get(change.on.name);
        if (attachment !== undefined) attachment.on = change.on;
        return;
      }
      default:
        change satisfies never;
    }
  }

  /** Brings an attachment up or down, as its links are now. */
  async #apply(
    attachment: Attachment,
    failures: readonly LinkFailure[],
    news: AttachmentNews,
  ): Promise<readonly Error[]> {
    const { links, on } = attachment;
    if (this.#isClosed || this.#byName.get(on.name) !== attachment) {
      await links.close();
      return [];
    }
    for (const failure of failures) this.#tellFailure(on.name, failure);
    if (links.size === 0) this.#startOver(attachment);
    else if (links.refusal !== undefined) {
      links.knock();
      return [links.refusal];
    } else if (attachment.isUp) this.#refresh(attachment, news);
    else this.#bringUp(attachment);
    return failures.map(({ error }) => error);
  }

  #create(on: NetworkInterface): void {
    const attachment = new Attachment(on, {
      network: this.#context.network,
      now: this.#context.now,
      decode: this.#context.decode,
      isOwnAddress: (address) => this.#ownAddresses.has(address),
      events: {
        received: (packet) => this.#context.received(packet, attachment),
        failed: (failure) => {
          this.#tellFailure(on.name, failure);
          this.#context.failed();
        },
        fragmented: (packet) => this.#tellFragmented(on.name, packet),
        refusalChanged: () => this.#hearRefusal(attachment),
      },
    });
    this.#byName.set(on.name, attachment);
  }

  /** What can't be sent is not said: it is claimed and announced anew when it can be (RFC 6762 8.3). */
  #hearRefusal(attachment: Attachment): void {
    const { links, on } = attachment;
    this.#context.failed();
    if (links.refusal === undefined || !attachment.isUp) return;
    attachment.bringDown();
    // The cause is told before what it takes away.
    this.#context.tell({ kind: 'send-refused', interfaceName: on.name, code: codeOf(links.refusal) });
    this.#context.detach(on.name);
  }

  #bringUp(attachment: Attachment): void {
    attachment.bringUp(this.#context.attach(attachment.on, attachment.addresses));
    this.#tellUp(attachment);
  }

  #refresh(attachment: Attachment, { isReaddressed, isElsewhere }: AttachmentNews): void {
    if (isReaddressed) {
      this.#context.readdress(attachment.on.name, attachment.addresses);
      this.#tellUp(attachment);
    }
    if (isElsewhere) attachment.restart(this.#context.now());
  }

  /** Nothing can be sent on an interface any more that was up. */
  #startOver(attachment: Attachment): void {
    if (!attachment.isUp) return;
    this.#detach(attachment.on.name);
    this.#create(attachment.on);
  }

  #detach(name: string): void {
    const attachment = this.#byName.get(name);
    if (attachment === undefined) return;
    this.#byName.delete(name);
    const closing = attachment.links.close().then(() => {
      this.#pastCounters = addCounters(this.#pastCounters, { ...attachment.counters, cachedRecords: 0 });
    });
    this.#leaving = Promise.all([this.#leaving, closing]);
    if (!attachment.isUp) return;
    attachment.bringDown();
    this.#context.tell({ kind: 'interface-down', interfaceName: name });
    this.#context.detach(name);
  }

  #tellUp({ on, addresses }: Attachment): void {
    this.#context.tell({ kind: 'interface-up', interfaceName: on.name, addresses });
  }

  #tellFragmented(interfaceName: string, { name, bytes, mtu }: FragmentedPacket): void {
    if (this.#toldFragmented.has(interfaceName)) return;
    this.#toldFragmented.add(interfaceName);
    this.#context.tell({ kind: 'record-fragmented', interfaceName, name, bytes, mtu });
  }

  #tellFailure(interfaceName: string, { family, error }: LinkFailure): void {
    const code = codeOf(error);
    const key = `${interfaceName} ${family} ${code}`;
    if (this.#toldFailures.has(key)) return;
    this.#toldFailures.add(key);
    this.#context.tell({ kind: 'link-failed', interfaceName, error });
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}
