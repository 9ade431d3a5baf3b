import type { ReplyPath } from '../network.ts';
import type { Message } from '../wire/message.ts';

/** A random number in [0, 1). */
export type Random = () => number;

export interface Sender {
  /** Literal address; link-local IPv6 with its zone. */
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
  /** The address is one of this host's own: our own packet looped back, or another responder on this machine. */
  readonly isThisHost: boolean;
  /** It lies in no prefix of the interface. It is heard (RFC 6762 11), and answered by multicast alone: it may be anybody's. */
  readonly isOffSubnet?: boolean;
  /** By which way it came to this host alone; undefined for what was sent to the group. */
  readonly reply?: ReplyPath;
}

/** A decoded message that passed the link's checks: a response came from port 5353 (RFC 6762 6). */
export interface Received {
  readonly message: Message;
  readonly from: Sender;
  /** The very packet was heard a moment ago: `message` is the same object as then. */
  readonly isRepeated?: boolean;
}

/**
 * A message to send. `multicast` goes out on every family of the interface; `unicast` to the one sender whose question it
 * answers (RFC 6762 5.4, 6.7), `alone` to one host as a question that nobody else hears (5.5). The driver splits what does not fit one packet.
 */
export interface Transmit {
  readonly message: Message;
  readonly to: { readonly kind: 'multicast' } | { readonly kind: 'unicast' | 'alone'; readonly sender: Sender };
}

/**
 * The shape that the pure machines of one interface share. Times are milliseconds of one monotonic clock.
 * `receive` never throws and never sends; what is to be sent waits until `advance`.
 */
export interface Machine {
  /** False where nothing came of it yet: there are no events, and nothing is due sooner than before. */
  receive(packet: Received, now: number): boolean;
  /** Does all that is due at `now`, and returns what must be sent now, in order. */
  advance(now: number): readonly Transmit[];
  /** When `advance` must be called next at the latest; Infinity when there is nothing to wait for. Changes with every call. */
  nextDeadline(): number;
}
