import { readFileSync } from 'node:fs';
import { readLinuxInterfaceIndex } from './interface-kind.ts';
import { listInterfaces } from './interfaces.ts';
import { type JoinedInterface, listJoined, nameJoined } from './link-seal.ts';
import type { NetworkInterface } from './network.ts';
import { readSystemInterfaces } from './system-interfaces.ts';

const IGMP_TABLE = '/proc/net/igmp';
/** All links of a node ask one after the other. */
const SAME_MS = 50;

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
  #reading: HostReading | undefined;
  #text = '';
  #readAt = Number.NEGATIVE_INFINITY;

  /** The same object as long as nothing has changed, or nothing can be read (no file descriptor is left); undefined: nothing could yet. */
  read(): HostReading | undefined {
    const now = performance.now();
    if (this.#reading !== undefined && now - this.#readAt < SAME_MS) return this.#reading;
    this.#readAt = now;
    const all = readSystemInterfaces();
    if (all === undefined) return this.#reading;
    const named = nameJoined(listJoined(readOrEmpty(IGMP_TABLE)), all);
    const joined = named.map((one) => ({ ...one, index: readLinuxInterfaceIndex(one.name) }));
    const text = JSON.stringify([all, joined]);
    if (this.#reading === undefined || text !== this.#text)
      this.#reading = { interfaces: listInterfaces(all, 'linux'), joined };
    this.#text = text;
    return this.#reading;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
