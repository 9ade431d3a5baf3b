import type { Clock } from './clock.ts';
import { MdnsError, toError } from './mdns-error.ts';
import type { Link, LinkEvents, LinkSource, Network, NetworkInterface } from './network.ts';
import type { Random } from './rules/machine.ts';
import { TYPE_ENUMERATION } from './rules/service-name.ts';
import { withoutZone } from './wire/address.ts';
import { decodeMessage } from './wire/decode.ts';
import { encodeMessage } from './wire/encode.ts';
import { EMPTY_QUERY } from './wire/message.ts';
import type { Name } from './wire/name.ts';
import { TYPE_CODES } from './wire/record.ts';

/** A query or its answer may be lost, and who answered a moment ago is silent for a second (RFC 6762 6). */
const REPEAT_MS = 1_200;
/** What comes so soon after a question answers it (RFC 6762 6: 20 to 120 ms), on a busy machine too. */
const PROMPT_MS = 500;
/** A question that leaves less time for an answer is not asked. */
const ANSWER_MS = 300;
const MAX_OTHERS = 256;
const NONCE_RANGE = 2 ** 32;
const ignore = (): void => undefined;
const DEAF: LinkEvents = { packet: ignore, reply: ignore, sent: ignore, failed: ignore };

export interface LinkCheckOptions {
  readonly network: Network;
  readonly on: NetworkInterface;
  readonly family: 'IPv4' | 'IPv6';
  readonly clock: Clock;
  readonly random: Random;
  readonly durationMs: number;
  /** Called when both sockets listen; the questions wait for it. Not called where they can't. */
  readonly begin?: () => Promise<void>;
  /** Called when the time is over; the sockets listen until it resolves. Not called where they can't. */
  readonly end?: () => Promise<void>;
  /** Called for each packet that comes, our own included. */
  readonly onPacket?: () => void;
}

/** What works between this host and one link, and what does not. */
export interface LinkCheck {
  readonly interfaceName: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly outcome:
    | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
    | {
        readonly kind: 'open';
        /** What one socket sent to the group, another one on this host heard. */
        readonly hearsItself: boolean;
        readonly sendErrors: number;
        /** Why the last one was refused, such as `EPERM`. */
        readonly sendErrorCode?: string;
        /** Other hosts that were heard, 256 at most, and those among them that answered. */
        readonly others: number;
        readonly answering: number;
        /** The same hosts, by their source addresses without zone. */
        readonly heard: readonly HeardHost[];
      };
}

export interface HeardHost {
  readonly address: string;
  /** It sent an answer right after a question of this check: it hears us. */
  readonly isPrompt: boolean;
}

/** Asks on a link every 1.2 s, with two sockets, and listens for `durationMs`. Never rejects. */
export async function checkLink(options: LinkCheckOptions): Promise<LinkCheck> {
  const { network, on, family, clock, random, durationMs } = options;
  const own = new Set(on.addresses.map(({ address }) => address));
  const nonce = `_${Math.floor(random() * NONCE_RANGE).toString(36)}`;
  const probe = encodeQuestion([nonce, '_tcp', 'local']);
  const others = new Map<string, { isAnswering: boolean; isPrompt: boolean }>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let hearsItself = false;
  let sendErrorCode: string | undefined;
  const listen = (bytes: Uint8Array, source: LinkSource): void => {
    options.onPacket?.();
    const address = withoutZone(source.address);
    if (own.has(address)) {
      hearsItself ||= Buffer.compare(bytes, probe) === 0;
      return;
    }
    const message = decodeMessage(bytes)?.message;
    const known = others.get(address);
    if (message === undefined || (known === undefined && others.size >= MAX_OTHERS)) return;
    const isAnswer = message.kind === 'response';
    others.set(address, {
      isAnswering: known?.isAnswering === true || isAnswer,
      isPrompt: known?.isPrompt === true || (isAnswer && clock.now() - askedAt <= PROMPT_MS),
    });
  };
  const opened: Link[] = [];
  try {
    const speaker = await network.openLink(on, family, {
      ...DEAF,
      sent: (error?: Error & { readonly code?: string }) => {
        if (error !== undefined) sendErrorCode = error.code ?? 'unknown';
      },
    });
    opened.push(speaker);
    const listener = await network.openLink(on, family, { ...DEAF, packet: listen });
    opened.push(listener);
    await listener.renew();
    await options.begin?.();
    const repeatMs = Math.min(REPEAT_MS, durationMs / 2);
    const lastAt = clock.now() + durationMs - ANSWER_MS - repeatMs;
    let cancel = (): void => undefined;
    const ask = (): void => {
      askedAt = clock.now();
      speaker.send(probe);
      // RFC 6763 9: every responder with a service answers it.
      speaker.send(encodeQuestion(TYPE_ENUMERATION));
      cancel = askedAt <= lastAt ? clock.after(repeatMs, ask) : () => undefined;
    };
    ask();
    await new Promise<void>((resolve) => void clock.after(durationMs, resolve));
    cancel();
    await options.end?.();
    const answering = [...others.values()].filter(({ isAnswering }) => isAnswering).length;
    const { sendErrors } = speaker.counters;
    return {
      interfaceName: on.name,
      family,
      outcome: {
        kind: 'open',
        hearsItself,
        sendErrors,
        ...(sendErrorCode === undefined ? {} : { sendErrorCode }),
        others: others.size,
        answering,
        heard: [...others].map(([address, { isPrompt }]) => ({ address, isPrompt })),
      },
    };
  } catch (error) {
    const code = error instanceof MdnsError ? error.code : 'unknown';
    const reason = toError(error).message;
    return { interfaceName: on.name, family, outcome: { kind: 'refused', code, reason } };
  } finally {
    await Promise.all(opened.map((link) => link.close()));
  }
}

function encodeQuestion(name: Name): Uint8Array {
  return encodeMessage({ ...EMPTY_QUERY, questions: [{ name, type: TYPE_CODES.PTR, unicast: false }] });
}
