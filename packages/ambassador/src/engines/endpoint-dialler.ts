import type { LegResult, Target } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';

/**
 * Dials an endpoint at one of its addresses; the contract is that of relay's `startDial`. What is connected may have gone through a
 * handshake, which is part of the race then.
 */
export type Dial = (
  target: Target,
  timeoutMs: number,
  onSettled: (result: LegResult) => void,
  endpoint: Endpoint,
) => () => void;

/** Dials the endpoints of one service. */
export interface EndpointDialler {
  readonly startDial: Dial;
  /** When an endpoint has been silent for so long, the race dials another beside it. */
  readonly patienceMs: number;
  /** Nothing is dialled any more; what was connected goes on. Idempotent. */
  close(): void;
}
