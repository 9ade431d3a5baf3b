import { createHash } from 'node:crypto';
import { toBase32 } from './base32.ts';

/** So much of an id says where it leads; what is before it is as random as it was. */
const MARK_LENGTH = 8;

/**
 * The id of an announcement whose connections are relayed to this port of its own machine. Who listens there knows by it that what it
 * would dial leads back to itself. It is no secret: whoever tries all ports finds it.
 */
export function markRelayedPort(id: string, port: number): string {
  const start = id.slice(0, -MARK_LENGTH);
  return start + computeMark(start, port);
}

/** Whether `markRelayedPort` has made this id for the port. */
export function isRelayedPort(id: string, port: number): boolean {
  return id.length > MARK_LENGTH && markRelayedPort(id, port) === id;
}

function computeMark(start: string, port: number): string {
  const digest = createHash('sha256').update(`ambassador/relayed-port/${start}/${port}`).digest();
  return toBase32(digest.subarray(0, MARK_LENGTH));
}
