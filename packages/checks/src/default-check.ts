import type { CheckOptions } from './check-options.ts';

const INTERVAL_MS = 2_000;
/** Where each look leaves a line in the service's log. */
const LOGGED_INTERVAL_MS = 10_000;

type PlainKind = 'redis' | 'postgres' | 'mysql' | 'ssh';

/** By the names of IANA's registry, and by what people type. */
const KINDS: ReadonlyMap<string, PlainKind> = new Map([
  ['redis', 'redis'],
  ['valkey', 'redis'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['pg', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['ssh', 'ssh'],
  ['sftp-ssh', 'ssh'],
]);

/** How a service is looked at where nobody says how. `names`: its own and its type's, `redis` of `_redis._tcp`; the first known counts. */
export function chooseCheck(...names: readonly string[]): CheckOptions {
  for (const name of names) {
    const kind = KINDS.get(name.toLowerCase());
    if (kind !== undefined) return { kind };
  }
  return { kind: 'tcp' };
}

/** The time between two looks where nobody says one: 2 s, and 10 s for a check that leaves a line in the service's log each time. */
export function chooseIntervalMs({ kind }: CheckOptions): number {
  return kind === 'mysql' || kind === 'ssh' ? LOGGED_INTERVAL_MS : INTERVAL_MS;
}
