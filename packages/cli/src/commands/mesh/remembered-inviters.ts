import type { InvitationErrorCode } from '@mdns-ambassador/mesh/invitation';
import { dial, formatPlace, RelayError } from '@mdns-ambassador/relay';
import { JOIN_PORT } from '../../network/join-place.ts';
import type { Inviter } from './find-inviter.ts';

/** All are dialled at once: one that is off delays nobody. */
const DIAL_TIMEOUT_MS = 2_000;
const MAX_DIALS = 64;

/** Of the machines that were met before, those that listen for who comes to join, in the order in which they are given; 64 are dialled. */
export async function findRemembered(
  hosts: readonly string[],
  signal: AbortSignal,
  dialPlace: typeof dial = dial,
): Promise<readonly Inviter[]> {
  const tries = [...new Set(hosts)].slice(0, MAX_DIALS).map(async (host): Promise<Inviter | undefined> => {
    try {
      const target = { kind: 'tcp', address: host, port: JOIN_PORT } as const;
      (await dialPlace(target, { timeoutMs: DIAL_TIMEOUT_MS, signal })).destroy();
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      return undefined;
    }
    return { name: formatPlace(host, JOIN_PORT), places: [{ host, port: JOIN_PORT }], origin: 'remembered' };
  });
  return (await Promise.all(tries)).filter((inviter) => inviter !== undefined);
}

/** Whether somebody whom nobody named has said this as who invites by the code's number: else he has nothing to do with it, and is not told of. */
export function isWordOfInviter(code: InvitationErrorCode): boolean {
  switch (code) {
    case 'busy':
    case 'over':
    case 'wrong-code':
    case 'refused':
      return true;
    case 'ended':
    case 'malformed':
    case 'other-number':
    case 'version':
    case 'elsewhere':
      return false;
    default:
      return code satisfies never;
  }
}
