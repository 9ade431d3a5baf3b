import { isDeepStrictEqual } from 'node:util';
import type {
  Clock,
  Publication,
  PublicationEvent,
  PublicationState,
  ServiceChange,
  ServiceOptions,
} from '@mdns-ambassador/mdns';
import { type AvahiDaemon, type Entry, encodeEntryTxt, type GroupState } from './avahi-daemon.ts';
import { BusError } from './message-bus.ts';

/** After a failure of the daemon. */
const RETRY_MS = 2_000;
/** Beyond so many names in a row that others have, each next one waits for RETRY_MS. */
const MAX_QUICK_RENAMES = 10;
const COLLISION = 'org.freedesktop.Avahi.CollisionError';

/** The daemon as it is now, and where to publish. */
export interface AvahiSituation {
  /** Undefined: it is not there, or has no host name yet. */
  readonly daemon: AvahiDaemon | undefined;
  /** `h1.local` */
  readonly host: string;
  readonly interfaces: readonly { readonly name: string; readonly index: number }[];
}

export interface AvahiPublicationContext {
  readonly clock: Clock;
  situation(): AvahiSituation;
  failed(name: string, error: unknown): void;
  onEvent(event: PublicationEvent): void;
}

interface Group {
  readonly daemon: AvahiDaemon;
  readonly path: string;
  readonly host: string;
  /** What the daemon was asked to publish last. */
  entry: Entry;
  isCommitted: boolean;
}

/** One service in the hands of the avahi-daemon; what it should be is brought about step by step, one call at a time. */
export class AvahiPublication implements Publication {
  readonly #context: AvahiPublicationContext;
  #service: ServiceOptions;
  #isWanted = true;
  #isClosed = false;
  #announcedOn: readonly string[] = [];
  #group: Group | undefined;
  #isDirty = false;
  #working: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;
  #renames = 0;

  constructor(service: ServiceOptions, context: AvahiPublicationContext) {
    this.#service = service;
    this.#context = context;
  }

  get name(): string {
    return this.#service.name;
  }

  get host(): string {
    return this.#context.situation().host;
  }

  get state(): PublicationState {
    if (this.#isClosed) return { kind: 'closed' };
    if (!this.#isWanted) return { kind: 'held' };
    return this.#announcedOn.length === 0 ? { kind: 'probing' } : { kind: 'announced', interfaces: this.#announcedOn };
  }

  update(change: ServiceChange): void {
    this.#service = { ...this.#service, ...change };
    this.align();
  }

  /** The daemon keeps no name that it does not announce: it is claimed anew by `announce`. */
  withdraw(): void {
    if (this.#isClosed || !this.#isWanted) return;
    this.#isWanted = false;
    this.#announcedOn = [];
    this.#context.onEvent({ kind: 'withdrawn', name: this.name });
    this.align();
  }

  announce(): void {
    if (this.#isClosed || this.#isWanted) return;
    this.#isWanted = true;
    this.align();
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#cancelRetry();
      if (this.#announcedOn.length > 0) this.#context.onEvent({ kind: 'withdrawn', name: this.name });
      this.#announcedOn = [];
    }
    this.align();
    await this.#working;
  }

  /** The daemon's word on one of its groups. */
  noteGroupState(path: string, state: GroupState): void {
    const group = this.#group;
    if (group?.path !== path || !group.isCommitted || this.#isClosed || !this.#isWanted) return;
    switch (state) {
      case 'established':
        this.#renames = 0;
        this.#noteAnnounced(group);
        break;
      case 'collision':
        this.#work(async () => await this.#rename(group));
        break;
      case 'failure':
        this.#noteLost();
        group.isCommitted = false;
        this.#retry();
        break;
      default:
        state satisfies never;
    }
  }

  /** The daemon, its host name or the interfaces changed, or what we want of it did. */
  align(): void {
    this.#isDirty = true;
    this.#work(async () => undefined);
  }

  /** Never two at a time. */
  #work(first: () => Promise<void>): void {
    const before = this.#working;
    const working = (async (): Promise<void> => {
      await before;
      try {
        await first();
        while (this.#isDirty) {
          this.#isDirty = false;
          await this.#step();
        }
      } catch (error) {
        this.#noteFailure(error);
      }
    })();
    this.#working = working;
  }

  async #step(): Promise<void> {
    const { daemon, host, interfaces } = this.#context.situation();
    if (this.#group !== undefined && this.#group.daemon !== daemon) {
      this.#group = undefined;
      this.#noteLost();
    }
    if (daemon === undefined) return;
    const wanted = this.#service.interfaces;
    const on = interfaces.filter(({ name }) => wanted?.includes(name) !== false);
    if (this.#isClosed || !this.#isWanted || on.length === 0) return await this.#leave(daemon);
    const entry: Entry = {
      name: this.#service.name,
      type: this.#service.type,
      subtypes: this.#service.subtypes ?? [],
      port: this.#service.port,
      txt: encodeEntryTxt(this.#service.txt),
      interfaces: on.map(({ index }) => index),
    };
    const group = this.#group;
    if (group === undefined) {
      await this.#fill({ daemon, path: await daemon.createGroup(), host, entry, isCommitted: false });
    } else if (!group.isCommitted || group.host !== host || !isSamePlace(group.entry, entry)) {
      group.isCommitted = false;
      await daemon.empty(group.path);
      await this.#fill({ ...group, host, entry });
    } else if (group.entry.port !== entry.port) {
      await daemon.replace(group.path, entry);
      group.entry = entry;
    } else if (!isDeepStrictEqual(group.entry.txt, entry.txt)) {
      await daemon.replaceTxt(group.path, entry);
      group.entry = entry;
    }
  }

  async #fill(group: Group): Promise<void> {
    this.#group = group;
    // The daemon may speak of it before it answers.
    group.isCommitted = true;
    try {
      await group.daemon.fill(group.path, group.entry);
    } catch (error) {
      group.isCommitted = false;
      if (!(error instanceof BusError) || error.code !== COLLISION) throw error;
      await this.#rename(group);
    }
  }

  async #leave(daemon: AvahiDaemon): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    if (group !== undefined) await daemon.free(group.path);
    if (this.#isWanted && !this.#isClosed && this.#announcedOn.length > 0) {
      this.#announcedOn = [];
      this.#context.onEvent({ kind: 'announced', name: this.name, interfaces: [] });
    }
  }

  /** RFC 6762 9, with the daemon's own idea of the next name. */
  async #rename(group: Group): Promise<void> {
    if (this.#group !== group || group.entry.name !== this.name) return;
    group.isCommitted = false;
    const from = this.name;
    const to = await group.daemon.nameAlternative(from);
    this.#service = { ...this.#service, name: to };
    this.#announcedOn = [];
    if (!this.#isClosed) this.#context.onEvent({ kind: 'renamed', from, to });
    this.#renames += 1;
    if (this.#renames > MAX_QUICK_RENAMES) this.#retry();
    else this.#isDirty = true;
  }

  #noteAnnounced(group: Group): void {
    const names = new Map(this.#context.situation().interfaces.map(({ name, index }) => [index, name]));
    const interfaces = group.entry.interfaces.flatMap((index) => names.get(index) ?? []);
    if (isDeepStrictEqual(interfaces, this.#announcedOn)) return;
    this.#announcedOn = interfaces;
    this.#context.onEvent({ kind: 'announced', name: this.name, interfaces });
  }

  #noteLost(): void {
    if (this.#announcedOn.length === 0) return;
    this.#announcedOn = [];
    if (!this.#isClosed) this.#context.onEvent({ kind: 'withdrawn', name: this.name });
  }

  #noteFailure(error: unknown): void {
    // Whatever the group holds now is not known.
    if (this.#group !== undefined) this.#group.isCommitted = false;
    if (this.#isClosed) return;
    this.#context.failed(this.name, error);
    this.#retry();
  }

  #retry(): void {
    this.#cancelRetry();
    if (!this.#isClosed) this.#cancelRetry = this.#context.clock.after(RETRY_MS, () => this.align());
  }
}

function isSamePlace(a: Entry, b: Entry): boolean {
  return (
    a.name === b.name &&
    a.type === b.type &&
    isDeepStrictEqual(a.subtypes, b.subtypes) &&
    isDeepStrictEqual(a.interfaces, b.interfaces)
  );
}
