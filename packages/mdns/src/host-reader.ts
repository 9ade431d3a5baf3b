import { existsSync, readFileSync } from 'node:fs';
import { listInterfaces } from './interfaces.ts';
import { type JoinedInterface, listIndices, listJoined, nameJoined } from './link-seal.ts';
import type { AddressFamily, NetworkInterface } from './network.ts';
import { isWantOfDescriptor } from './no-descriptor.ts';
import { listBound } from './port-holders.ts';
import { SAME_MS, SystemLook } from './system-interfaces.ts';

const IGMP_TABLE = '/proc/net/igmp';
/** One of IPv6 may take what is sent to IPv4 addresses, too; a kernel without IPv6 has no table of them. */
const PORT_TABLES = { IPv4: ['/proc/net/udp', '/proc/net/udp6'], IPv6: ['/proc/net/udp6'] } as const;

/** An interface that somebody has joined on, as long as it is the same: one that is made anew has another number. */
interface NumberedInterface extends JoinedInterface {
  readonly index: number | undefined;
}

/** What Linux says of this host that its links have to know of each other. */
export interface HostReading {
  /** Every interface that is up. */
  readonly interfaces: readonly NetworkInterface[];
  /** Those on which anybody has joined the mDNS group over IPv4. */
  readonly joined: readonly NumberedInterface[];
}

/** Reads a Linux host for all links of a network: with many of them, each would read of all. */
export class HostReader {
  readonly #look: SystemLook;
  #reading: HostReading | undefined;
  /** What the system said, and what of it counts. */
  #heard = '';
  #text = '';
  #readAt = Number.NEGATIVE_INFINITY;
  readonly #bound = new Map<
    AddressFamily,
    { readonly readAt: number; readonly addresses: readonly string[] | undefined }
  >();

  constructor(look: SystemLook = new SystemLook()) {
    this.#look = look;
  }

  /** What was read last. */
  get known(): HostReading | undefined {
    return this.#reading;
  }

  /** The same object as long as nothing has changed, or nothing can be read (no file descriptor is left); undefined: nothing could yet. */
  read(): HostReading | undefined {
    const now = performance.now();
    if (this.#reading !== undefined && now - this.#readAt < SAME_MS) return this.#reading;
    this.#readAt = now;
    const all = this.#look.lately();
    const igmp = readTable(IGMP_TABLE);
    if (all === undefined || igmp === undefined) return this.#reading;
    const heard = JSON.stringify([all, igmp]);
    if (this.#reading !== undefined && heard === this.#heard) return this.#reading;
    this.#heard = heard;
    const indices = listIndices(igmp);
    const joined = nameJoined(listJoined(igmp), all).map((one) => ({ ...one, index: indices.get(one.name) }));
    const text = JSON.stringify([all, joined]);
    if (this.#reading === undefined || text !== this.#text)
      this.#reading = { interfaces: listInterfaces(all, 'linux'), joined };
    this.#text = text;
    return this.#reading;
  }

  /** What sockets are bound to with the mDNS port that may take what is sent to addresses of this family; undefined where nobody tells. */
  listBound(family: AddressFamily): readonly string[] | undefined {
    const now = performance.now();
    const known = this.#bound.get(family);
    if (known !== undefined && now - known.readAt < SAME_MS) return known.addresses;
    const addresses = readBound(PORT_TABLES[family]);
    this.#bound.set(family, { readAt: now, addresses });
    return addresses;
  }
}

function readBound(paths: readonly string[]): readonly string[] | undefined {
  try {
    const tables = paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'latin1'));
    return tables.length === 0 ? undefined : tables.flatMap(listBound);
  } catch {
    return undefined;
  }
}

/** Empty where there is none; undefined where no file descriptor is left to read it. */
function readTable(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    return isWantOfDescriptor(error) ? undefined : '';
  }
}
