import type { NetworkInterface, Publication, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { AnnouncerError } from '../announcer-error.ts';
import { PublicationSet } from '../publication-set.ts';
import { AVAHI_MATCH_RULES, AvahiDaemon, readAvahiSignal } from './avahi-daemon.ts';
import { AvahiPublication, type AvahiSituation } from './avahi-publication.ts';
import { BusError, type BusSignal, type ConnectBus, LIBRARY_MISSING, type MessageBus } from './message-bus.ts';
import type { ForeignResponder, ForeignResponderEvent } from './responder.ts';

export interface AvahiResponderOptions {
  readonly connect: ConnectBus;
  readonly clock: Clock;
  /** The interfaces to publish on now; those without an index are left out. */
  readonly interfaces: () => readonly NetworkInterface[];
  readonly onEvent: (event: ForeignResponderEvent) => void;
}

/**
 * Publishes through the avahi-daemon that runs on this machine, under the daemon's host name. When the daemon or the bus
 * restarts, everything is published again. SRV priority and weight are 0 and the TTLs the daemon's: its interface knows no other.
 */
export class AvahiResponder implements ForeignResponder {
  readonly #options: AvahiResponderOptions;
  readonly #publications: PublicationSet<AvahiPublication>;
  #bus: MessageBus | undefined;
  #daemon: AvahiDaemon | undefined;
  #host = '';
  #isLost = false;
  /** A question to the daemon was not answered: it is asked again. */
  #isUnanswered = false;
  #refreshing: Promise<void> = Promise.resolve();
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: AvahiResponderOptions) {
    this.#options = options;
    this.#publications = new PublicationSet({
      clock: options.clock,
      situation: () => this.#listInterfaces(),
      prepare: () => this.#look(),
      onFailed: (name, reason) => options.onEvent({ kind: 'publish-failed', name, reason }),
    });
  }

  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    return this.#publications.add(
      new AvahiPublication(service, {
        clock: this.#options.clock,
        situation: () => this.#describeSituation(),
        failed: (name, error) => {
          if (!this.#isLost) this.#publications.tellFailure(name, explainFailure(error));
        },
        onEvent,
      }),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#bus?.close();
      throw explainAbsence(error);
    }
    this.#publications.start();
  }

  async #shutDown(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#publications.close();
    await this.#refreshing;
    this.#bus?.close();
  }

  async #connect(): Promise<void> {
    let bus: MessageBus | undefined;
    bus = await this.#options.connect({
      signal: (signal) => this.#takeSignal(signal),
      lost: () => {
        if (this.#bus === bus) this.#lose('the connection to the D-Bus system bus ended');
      },
    });
    if (this.#closing !== undefined) {
      bus.close();
      return;
    }
    this.#bus = bus;
    for (const rule of AVAHI_MATCH_RULES) await bus.watch(rule);
    await this.#meet(bus);
  }

  /** Finds the daemon on the bus, which may start it. */
  async #meet(bus: MessageBus): Promise<void> {
    const daemon = new AvahiDaemon(bus);
    const host = await daemon.readHost();
    if (this.#bus !== bus || this.#closing !== undefined) return;
    this.#daemon = daemon;
    if (host !== undefined) this.#greet(host);
  }

  #greet(host: string): void {
    this.#host = host;
    if (this.#isLost) this.#options.onEvent({ kind: 'responder-back' });
    this.#isLost = false;
    this.#publications.forgetFailures();
    this.#publications.alignAll();
  }

  #lose(reason: string): void {
    if (this.#closing !== undefined) return;
    this.#isUnanswered = false;
    if (!reason.startsWith('avahi')) {
      this.#bus?.close();
      this.#bus = undefined;
    }
    this.#daemon = undefined;
    this.#host = '';
    if (!this.#isLost) this.#options.onEvent({ kind: 'responder-lost', reason });
    this.#isLost = true;
    this.#publications.alignAll();
  }

  #takeSignal(signal: BusSignal): void {
    const meant = readAvahiSignal(signal);
    if (meant === undefined) return;
    switch (meant.kind) {
      case 'owner-changed':
        if (!meant.isRunning) this.#lose('avahi-daemon ended');
        else this.#refresh(async (bus) => await this.#meet(bus));
        break;
      case 'server-changed':
        this.#refresh(async () => {
          const host = await this.#daemon?.readHost();
          if (host !== undefined) this.#greet(host);
        });
        break;
      case 'group-changed':
        for (const publication of this.#publications) publication.noteGroupState(meant.group, meant.state);
        break;
      default:
        meant satisfies never;
    }
  }

  /** One at a time; what fails is tried again by the poll. */
  #refresh(run: (bus: MessageBus) => Promise<void>): void {
    this.#refreshing = this.#refreshing.then(async () => {
      if (this.#bus === undefined || this.#closing !== undefined) return;
      try {
        await run(this.#bus);
      } catch {
        this.#isUnanswered = true;
      }
    });
  }

  async #look(): Promise<void> {
    if (this.#bus === undefined) return await this.#connect().catch((error: unknown) => this.#giveUpBus(error));
    if (this.#isUnanswered) {
      this.#isUnanswered = false;
      this.#refresh(async (bus) => await this.#meet(bus));
    }
  }

  /** A daemon that is not there says when it is; for any other trouble the bus is connected to anew. */
  #giveUpBus(error: unknown): void {
    if (isAbsent(error)) return;
    this.#bus?.close();
    this.#bus = undefined;
  }

  #describeSituation(): AvahiSituation {
    return {
      daemon: this.#host === '' ? undefined : this.#daemon,
      host: this.#host,
      interfaces: this.#listInterfaces(),
    };
  }

  #listInterfaces(): AvahiSituation['interfaces'] {
    return this.#options.interfaces().flatMap(({ name, index }) => (index === undefined ? [] : [{ name, index }]));
  }
}

/** As in the optional dependencies of this package. */
const LIBRARY = 'dbus-native@0.13.0';
const INSTEAD = 'or leave --responder out to publish without it';

function explainAbsence(error: unknown): AnnouncerError {
  const code = error instanceof BusError ? error.code : '';
  const refuse = (sentence: string): AnnouncerError =>
    new AnnouncerError('RESPONDER_UNAVAILABLE', `${sentence}, ${INSTEAD}`, { cause: error });
  if (code === LIBRARY_MISSING) {
    return refuse(
      `avahi-daemon is reached with the package dbus-native, which is not installed: npm install ${LIBRARY} where ambassador is installed (--global if that is)`,
    );
  }
  if (isAbsent(error)) {
    return refuse('avahi-daemon is not running: start it (systemctl start avahi-daemon)');
  }
  if (/\.AccessDenied$/.test(code)) return refuse('the D-Bus system bus keeps this user from avahi-daemon: allow it');
  if (/^E[A-Z]+$/.test(code) && code !== 'ETIMEDOUT') {
    return refuse(`avahi-daemon is reached over the D-Bus system bus, which is not there (${code}): start dbus`);
  }
  const said = errorMessage(error);
  return refuse(`avahi-daemon does not answer over D-Bus (${said}): restart it`);
}

function isAbsent(error: unknown): boolean {
  return error instanceof BusError && /\.(ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/.test(error.code);
}

function explainFailure(error: unknown): string {
  if (error instanceof BusError && error.code.endsWith('.NotPermittedError')) {
    return 'avahi-daemon publishes nothing for users: set disable-publishing=no and disable-user-service-publishing=no in /etc/avahi/avahi-daemon.conf';
  }
  return errorMessage(error);
}
