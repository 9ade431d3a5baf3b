import { createHash } from 'node:crypto';
import { toBase32 } from '@mdns-ambassador/relay';
import type { AnnouncementOptions } from './announcement-options.ts';

const ID_LENGTH = 16;

/**
 * TXT `id`: the same at each start of a service on one machine, another on another. 16 characters of base32; not a secret.
 * `identity` stands for the machine.
 */
export function deriveInstanceId(
  identity: string,
  { type, instance, port }: Pick<AnnouncementOptions, 'type' | 'instance' | 'port'>,
): string {
  const digest = createHash('sha256').update(`ambassador/instance/${JSON.stringify([identity, type, instance, port])}`);
  return toBase32(digest.digest().subarray(0, ID_LENGTH));
}

/** As above, of one start of a process. `random` is in [0, 1). */
export function createStartId(random: () => number): string {
  return toBase32(Array.from({ length: ID_LENGTH / 2 }, () => Math.floor(random() * 32)));
}
