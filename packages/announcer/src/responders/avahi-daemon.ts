import type { ServiceOptions } from '@mdns-ambassador/mdns';
import { BusError, type BusSignal, type MessageBus } from './message-bus.ts';

const AVAHI_NAME = 'org.freedesktop.Avahi';
const SERVER = 'org.freedesktop.Avahi.Server';
const ENTRY_GROUP = 'org.freedesktop.Avahi.EntryGroup';

/** AvahiServerState, avahi-common/defs.h */
const SERVER_RUNNING = 2;
/** AvahiEntryGroupState, avahi-common/defs.h */
const GROUP_STATES: ReadonlyMap<unknown, GroupState> = new Map([
  [2, 'established'],
  [3, 'collision'],
  [4, 'failure'],
] as const);
/** AVAHI_PROTO_UNSPEC */
const BOTH_FAMILIES = -1;
/** AVAHI_PUBLISH_UPDATE: replaces the data of records that stand, without a goodbye. */
const UPDATE = 64;
const DEFAULT_FLAGS = 0;
/** The daemon's own: `local`, and its host name. */
const DEFAULT_DOMAIN = '';
const DEFAULT_HOST = '';

export type GroupState = 'established' | 'collision' | 'failure';

/** What one entry group publishes. */
export interface AvahiEntry {
  readonly name: string;
  readonly type: string;
  readonly subtypes: readonly string[];
  readonly port: number;
  /** RFC 6763 6.1: encoded strings. */
  readonly txt: readonly Uint8Array[];
  /** Numbers of the interfaces, as the kernel has them. */
  readonly interfaces: readonly number[];
}

/** One life of the avahi-daemon: its entry groups go with it. */
export class AvahiDaemon {
  readonly #bus: MessageBus;

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  /** The daemon's host name in full, `h1.local`; undefined while it has none. */
  async readHost(): Promise<string | undefined> {
    if ((await this.#callServer('GetState')) !== SERVER_RUNNING) return undefined;
    return requireText(await this.#callServer('GetHostNameFqdn'));
  }

  /** `redis on h1 #2` */
  async nameAlternative(name: string): Promise<string> {
    return requireText(await this.#callServer('GetAlternativeServiceName', 's', [name]));
  }

  /** An empty group; its path. */
  async createGroup(): Promise<string> {
    return requireText(await this.#callServer('EntryGroupNew'));
  }

  /** Adds the entry and lets the daemon claim it. Rejects with a BusError, `...CollisionError` where this machine has it already. */
  async fill(group: string, entry: AvahiEntry): Promise<void> {
    for (const on of entry.interfaces) await this.#addService(group, entry, on);
    for (const on of entry.interfaces) {
      for (const subtype of entry.subtypes) {
        const full = `_${subtype.replace(/^_/, '')}._sub.${entry.type}`;
        await this.#callGroup(group, 'AddServiceSubtype', 'iiussss', [...placeOf(entry, on), full]);
      }
    }
    await this.#callGroup(group, 'Commit');
  }

  /** Other port and TXT under the same name. */
  async replace(group: string, entry: AvahiEntry): Promise<void> {
    for (const on of entry.interfaces) await this.#addService(group, entry, on, UPDATE);
  }

  /** Other TXT alone. */
  async replaceTxt(group: string, entry: AvahiEntry): Promise<void> {
    for (const on of entry.interfaces) {
      const body = [...placeOf(entry, on), toByteArrays(entry.txt)];
      await this.#callGroup(group, 'UpdateServiceTxt', 'iiusssaay', body);
    }
  }

  /** Goodbye; the group is empty and can be filled again. */
  async empty(group: string): Promise<void> {
    await this.#callGroup(group, 'Reset');
  }

  /** Goodbye; the group is gone. */
  async free(group: string): Promise<void> {
    await this.#callGroup(group, 'Free');
  }

  async #addService(group: string, entry: AvahiEntry, on: number, flags?: number): Promise<void> {
    const body = [...placeOf(entry, on, flags), DEFAULT_HOST, entry.port, toByteArrays(entry.txt)];
    await this.#callGroup(group, 'AddService', 'iiussssqaay', body);
  }

  async #callServer(member: string, signature?: string, body?: readonly unknown[]): Promise<unknown> {
    return await this.#call('/', SERVER, member, signature, body);
  }

  async #callGroup(path: string, member: string, signature?: string, body?: readonly unknown[]): Promise<unknown> {
    return await this.#call(path, ENTRY_GROUP, member, signature, body);
  }

  async #call(
    path: string,
    on: string,
    member: string,
    signature?: string,
    body?: readonly unknown[],
  ): Promise<unknown> {
    const call = { destination: AVAHI_NAME, path, interface: on, member };
    return await this.#bus.call(signature === undefined || body === undefined ? call : { ...call, signature, body });
  }
}

/** What the bus is asked to tell us of the daemon. */
export const AVAHI_MATCH_RULES: readonly string[] = [
  `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${AVAHI_NAME}'`,
  `type='signal',sender='${AVAHI_NAME}',interface='${SERVER}',member='StateChanged'`,
];

export type AvahiSignal =
  | { readonly kind: 'owner-changed'; readonly isRunning: boolean }
  | { readonly kind: 'server-changed' }
  | { readonly kind: 'group-changed'; readonly group: string; readonly state: GroupState };

/** Undefined: none of ours, or nothing that calls for an action. */
export function readAvahiSignal({ interface: on, member, path, body }: BusSignal): AvahiSignal | undefined {
  if (on === 'org.freedesktop.DBus' && member === 'NameOwnerChanged' && body[0] === AVAHI_NAME) {
    return { kind: 'owner-changed', isRunning: body[2] !== '' };
  }
  if (member !== 'StateChanged') return undefined;
  if (on === SERVER) return { kind: 'server-changed' };
  const state = on === ENTRY_GROUP ? GROUP_STATES.get(body[0]) : undefined;
  return state === undefined ? undefined : { kind: 'group-changed', group: path, state };
}

/** RFC 6763 6.1; a record without strings holds an empty one, which the daemon adds by itself. */
export function encodeEntryTxt(txt: ServiceOptions['txt']): readonly Uint8Array[] {
  return [...(txt ?? new Map<string, true>())].map(([key, value]) =>
    value === true ? Buffer.from(key) : Buffer.concat([Buffer.from(`${key}=`), value]),
  );
}

/** What the arguments that tell of an entry on an interface begin with. */
function placeOf({ name, type }: AvahiEntry, on: number, flags: number = DEFAULT_FLAGS): readonly unknown[] {
  return [on, BOTH_FAMILIES, flags, name, type, DEFAULT_DOMAIN];
}

function toByteArrays(txt: readonly Uint8Array[]): readonly Buffer[] {
  return txt.map((string) => Buffer.from(string));
}

function requireText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new BusError('unknown', 'avahi-daemon answered with something else than a text');
}
