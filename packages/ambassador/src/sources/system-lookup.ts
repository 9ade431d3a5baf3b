import { lookup } from 'node:dns/promises';
import type { Lookup } from './host-addresses.ts';

/** The operating system's resolver (hosts file, DNS, whatever it is set up to use). */
export const systemLookup: Lookup = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);
