import type { Endpoint } from './endpoint.ts';

/**
 * Why a dial failed, as the pool must know it: `local` faults (EMFILE, EADDRNOTAVAIL) say nothing about the endpoint. `busy`, `down` and
 * `draining` are what an announcer of a mesh answers; `identity`: it is not who may serve us, or does not accept us; `loop`: who is dialled there
 * dials us.
 */
export type DialFailure =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'handshake'
  | 'busy'
  | 'down'
  | 'draining'
  | 'identity'
  | 'loop'
  | 'local';

/** For people, behind the name of an endpoint. */
export const FAILURE_REASONS: Readonly<Record<DialFailure, string>> = {
  refused: 'refuses connections',
  reset: 'resets connections',
  timeout: 'does not answer in time',
  unreachable: 'cannot be reached',
  handshake: 'failed the handshake',
  busy: 'is busy',
  down: 'says that its service is down',
  draining: 'is leaving',
  identity: 'is not a member that may serve us',
  loop: 'leads back to this proxy',
  local: 'could not be dialled from here',
};

/** Whether nobody said a word. */
export function isSilence(failure: DialFailure | undefined): boolean {
  return failure === 'timeout' || failure === 'unreachable';
}

/** Whether it may be this process that was late. A refusal or a reset is a fact, whoever is late. */
export function isJudgedByTime(failure: DialFailure): boolean {
  return failure === 'timeout' || failure === 'handshake';
}

/**
 * Whether it may be a refusal by one of several addresses, where nothing ever listened, while another could not be reached: neighbours
 * are found by IPv6 sooner than by IPv4 when a link is back.
 */
export function mayBePartial(failure: DialFailure, { addresses }: Pick<Endpoint, 'addresses'>): boolean {
  return failure === 'refused' && addresses.length > 1;
}
