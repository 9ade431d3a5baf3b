import type { Membership } from '@mdns-ambassador/mesh';
import type { Inviter } from './find-inviter.ts';

/** Who plays the inviter has one guess at the code each time that it is proved to him. */
const MAX_PROOFS = 3;

export interface JoinedMesh {
  readonly kind: 'joined';
  readonly membership: Membership;
  /** Where the inviter was reached. */
  readonly host: string;
}

/** `hasProved`: who was asked knows whether what he took for the code is it. */
export interface Failure {
  readonly kind: 'failed';
  readonly reason: string;
  readonly exitCode: number;
  readonly hasProved: boolean;
}

/** Who was asked, and whom nobody named, has nothing to do with this invitation. */
interface NoInviter {
  readonly kind: 'no-inviter';
  readonly hasProved: boolean;
}

export type JoinOutcome = JoinedMesh | Failure | NoInviter;

export interface TryOptions {
  /** No other is tried once it is aborted. */
  readonly signal: AbortSignal;
  readonly tryOne: (inviter: Inviter) => Promise<JoinOutcome>;
  /** Somebody who invites, or was to, has not let this machine in. */
  readonly onFailed: () => void;
  /** Another is tried after this failure. */
  readonly onNext: (failure: Failure, inviter: Inviter) => void;
}

/** One after the other, until one lets this machine in or the code was proved to three. Resolves with that, or the last failure; undefined where nobody invites. */
export async function tryInviters(
  inviters: Iterable<Inviter> | AsyncIterable<Inviter>,
  { signal, tryOne, onFailed, onNext }: TryOptions,
): Promise<JoinedMesh | Failure | undefined> {
  let failure: Failure | undefined;
  let proofs = 0;
  for await (const inviter of inviters) {
    if (failure !== undefined) onNext(failure, inviter);
    const outcome = await tryOne(inviter);
    if (outcome.kind === 'joined') return outcome;
    if (outcome.kind === 'failed') {
      failure = outcome;
      onFailed();
    }
    if (outcome.hasProved) proofs += 1;
    if (signal.aborted || proofs === MAX_PROOFS) break;
  }
  return failure;
}
