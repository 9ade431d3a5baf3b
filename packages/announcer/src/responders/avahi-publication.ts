import { isDeepStrictEqual } from 'node:util';
import type { ServiceOptions } from '@mdns-ambassador/mdns';
import { AlignedPublication, type AlignedPublicationContext } from '../aligned-publication.ts';
import { type AvahiDaemon, type AvahiEntry, encodeEntryTxt, type GroupState } from './avahi-daemon.ts';
import { BusError } from './message-bus.ts';

/** Beyond so many names in a row that others have, each next one waits. */
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

export interface AvahiPublicationContext extends AlignedPublicationContext {
  situation(): AvahiSituation;
}

interface AvahiGroup {
  readonly daemon: AvahiDaemon;
  readonly path: string;
  readonly host: string;
  /** What the daemon was asked to publish last. */
  entry: AvahiEntry;
  /** `unknown`: what it holds now is not known. `collided`: another has the name. */
  standing: 'asked' | 'unknown' | 'collided';
}

/** One service in the hands of the avahi-daemon; what it should be is brought about step by step, one call at a time. */
export class AvahiPublication extends AlignedPublication {
  readonly #context: AvahiPublicationContext;
  #group: AvahiGroup | undefined;
  #renames = 0;

  constructor(service: ServiceOptions, context: AvahiPublicationContext) {
    super(service, context);
    this.#context = context;
  }

  get host(): string {
    return this.#context.situation().host;
  }

  /** The daemon's word on one of its groups. */
  noteGroupState(path: string, state: GroupState): void {
    const group = this.#group;
    if (group?.path !== path || group.standing !== 'asked' || !this.isWanted) return;
    switch (state) {
      case 'established':
        this.#renames = 0;
        this.#noteEstablished(group);
        break;
      case 'collision':
        group.standing = 'collided';
        this.align();
        break;
      case 'failure':
        this.noteLost();
        group.standing = 'unknown';
        this.retryLater();
        break;
      default:
        state satisfies never;
    }
  }

  /** The daemon keeps no name that it does not announce: a name that was withdrawn is claimed anew. */
  protected async bringAbout(wanted: ServiceOptions | undefined): Promise<void> {
    const { daemon, host, interfaces } = this.#context.situation();
    if (this.#group !== undefined && this.#group.daemon !== daemon) {
      this.#group = undefined;
      this.noteLost();
    }
    if (daemon === undefined) return;
    const on = interfaces.filter(({ name }) => wanted?.interfaces?.includes(name) !== false);
    if (wanted === undefined || on.length === 0) return await this.#leave(daemon);
    if (this.#group?.standing === 'collided') return await this.#rename(this.#group);
    const entry: AvahiEntry = {
      name: wanted.name,
      type: wanted.type,
      subtypes: wanted.subtypes ?? [],
      port: wanted.port,
      txt: encodeEntryTxt(wanted.txt),
      interfaces: on.map(({ index }) => index),
    };
    try {
      await this.#publish(daemon, host, entry);
    } catch (error) {
      if (this.#group !== undefined) this.#group.standing = 'unknown';
      if (!(error instanceof BusError) || error.code !== COLLISION || this.#group === undefined) throw error;
      await this.#rename(this.#group);
    }
  }

  async #publish(daemon: AvahiDaemon, host: string, entry: AvahiEntry): Promise<void> {
    const group = this.#group;
    if (group === undefined) {
      await this.#fill({ daemon, path: await daemon.createGroup(), host, entry, standing: 'unknown' });
    } else if (group.standing !== 'asked' || group.host !== host || !isSamePlace(group.entry, entry)) {
      group.standing = 'unknown';
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

  async #fill(group: AvahiGroup): Promise<void> {
    this.#group = group;
    // The daemon may speak of it before it answers.
    group.standing = 'asked';
    await group.daemon.fill(group.path, group.entry);
  }

  async #leave(daemon: AvahiDaemon): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    if (group !== undefined) await daemon.free(group.path);
    this.noteAnnounced([]);
  }

  /** RFC 6762 9, with the daemon's own idea of the next name. */
  async #rename(group: AvahiGroup): Promise<void> {
    group.standing = 'unknown';
    if (group.entry.name === this.name) {
      this.noteRenamed(await group.daemon.nameAlternative(group.entry.name));
      this.#renames += 1;
    }
    if (this.#renames > MAX_QUICK_RENAMES) this.retryLater();
    else this.align();
  }

  #noteEstablished(group: AvahiGroup): void {
    const names = new Map(this.#context.situation().interfaces.map(({ name, index }) => [index, name]));
    this.noteAnnounced(group.entry.interfaces.flatMap((index) => names.get(index) ?? []));
  }
}

function isSamePlace(a: AvahiEntry, b: AvahiEntry): boolean {
  return (
    a.name === b.name &&
    a.type === b.type &&
    isDeepStrictEqual(a.subtypes, b.subtypes) &&
    isDeepStrictEqual(a.interfaces, b.interfaces)
  );
}
