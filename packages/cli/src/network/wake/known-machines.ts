import { readInputFile, replaceFile } from '@mdns-ambassador/relay';
import { isObject, isTextUpTo, parseObject, readList } from '@mdns-ambassador/relay/read-value';
import { readMac } from '../../parse/mac.ts';

/** Of all services together; the oldest are forgotten. */
const MOST_MACHINES = 256;
const MAX_BYTES = 65_536;
const MAX_WORD = 255;

/** A machine that was reached for a service. */
export interface KnownMachine {
  readonly service: string;
  readonly address: string;
  readonly mac: string;
}

/** The hardware addresses of machines that services were reached at, in a file of the state folder. What can't be read or kept is not known. */
export class KnownMachines {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Those of the service, the last one first. */
  find(service: string): readonly KnownMachine[] {
    return this.#read().filter((known) => known.service === service);
  }

  /** Another process may keep its own there: the file is read anew, and replaced whole. */
  keep(machine: KnownMachine): void {
    const others = this.#read().filter(
      ({ service, address, mac }) =>
        service !== machine.service || (address !== machine.address && mac !== machine.mac),
    );
    const machines = [machine, ...others].slice(0, MOST_MACHINES);
    try {
      replaceFile(this.#path, `${JSON.stringify({ machines })}\n`);
    } catch {
      // It is learned again.
    }
  }

  #read(): readonly KnownMachine[] {
    try {
      const { machines } = parseObject(readInputFile(this.#path, { maxBytes: MAX_BYTES }).toString('utf8')) ?? {};
      return readList(machines, MOST_MACHINES, readMachine) ?? [];
    } catch {
      return [];
    }
  }
}

function readMachine(entry: unknown): KnownMachine | undefined {
  if (!isObject(entry)) return undefined;
  const { service, address } = entry;
  if (!isTextUpTo(service, MAX_WORD) || !isTextUpTo(address, MAX_WORD)) return undefined;
  const mac = typeof entry.mac === 'string' ? readMac(entry.mac) : undefined;
  return mac === undefined ? undefined : { service, address, mac };
}
