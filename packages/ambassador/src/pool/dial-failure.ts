/** Why a dial failed, as the pool must know it: `local` faults (EMFILE, EADDRNOTAVAIL) say nothing about the endpoint. */
export type DialFailure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'handshake' | 'local';

/** For people, behind the name of an endpoint. */
export const FAILURE_REASONS: Readonly<Record<DialFailure, string>> = {
  refused: 'refuses connections',
  reset: 'resets connections',
  timeout: 'does not answer in time',
  unreachable: 'cannot be reached',
  handshake: 'failed the handshake',
  local: 'could not be dialled from here',
};

/** Whether it may be this process that was late. A refusal or a reset is a fact, whoever is late. */
export function isJudgedByTime(failure: DialFailure): boolean {
  return failure === 'timeout' || failure === 'handshake';
}
