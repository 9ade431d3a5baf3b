import type { Leg } from '@mdns-ambassador/relay';
import type { AnswerWord } from '../handshake/preamble.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';

/** A proxy that asks for the service, and has the right to. */
export interface Caller {
  readonly kind: 'caller';
  /** Paused. */
  readonly leg: Leg;
  readonly meshId: string;
  readonly identity: MachineIdentity;
  /** To be called once: `ready` lets bytes flow, anything else ends the connection. */
  answer(answer: AnswerWord): void;
}
