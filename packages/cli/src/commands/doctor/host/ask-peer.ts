import { type Clock, createMdnsNode, type MdnsNode, type Network } from '@mdns-ambassador/mdns';
import { createSystemTransport, type PeerSecurity, type PeerStream, PROBE_TYPE } from '@mdns-ambassador/peers';
import { drawId, errorCode, errorMessage } from '@mdns-ambassador/relay';
import { listenForCall } from './call-back.ts';
import type { PeerReport } from './evidence.ts';
import { type Examined, PeerTalk } from './peer-talk.ts';

/** Beyond what the other side takes for it. */
const EXAMINE_MS = 7_000;
/** An announcement is said twice, a second apart (RFC 6762 8.3). */
const SECOND_WORD_MS = 1_600;
const DIAL_MS = 3_000;
/** RFC 863: nobody is to connect to a probe. */
const DISCARD_PORT = 9;
/** No connection was made. */
const ABSENT_CODES: readonly string[] = [
  'ABORTED',
  'DIAL_TIMEOUT',
  'EACCES',
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EINVAL',
  'ENETUNREACH',
  'EPERM',
  'ETIMEDOUT',
];

export interface AskPeerOptions {
  readonly address: string;
  readonly port: number;
  readonly network: Network;
  readonly clock: Clock;
  readonly version: string;
  /** With a mesh key. */
  readonly security?: PeerSecurity | undefined;
}

/** `refused`: somebody listens there, and does not talk with us; `reason` is not escaped. `absent`: nobody does. */
export type PeerAnswer =
  | { readonly kind: 'told'; readonly report: PeerReport }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'absent' };

/**
 * Asks the ambassador on the other machine to show by each way whether it is reached and heard: it announces by multicast, listens to what is
 * announced here, and connects back. Takes 10 s at most. Never rejects. Nothing listens here any more when it has resolved.
 */
export async function askPeer(options: AskPeerOptions): Promise<PeerAnswer> {
  const { address, port, clock, version, security } = options;
  const transport = createSystemTransport({ ...(security === undefined ? {} : { security }), isServed: () => false });
  let stream: PeerStream;
  try {
    stream = await transport.dial({ host: address, port }, AbortSignal.timeout(DIAL_MS));
  } catch (error) {
    const isAbsent = ABSENT_CODES.includes(errorCode(error));
    return isAbsent ? { kind: 'absent' } : { kind: 'refused', reason: errorMessage(error) };
  }
  const hello = { kind: 'hello', node: drawId(Math.random), version, wall: Math.round(clock.wallClock()) } as const;
  const talk = new PeerTalk(stream, hello, clock);
  const [theirs, ours] = [drawId(Math.random), drawId(Math.random)];
  const callBack = await listenForCall(stream.localAddress, theirs);
  const probes = new Probes(options, theirs);
  try {
    await probes.start();
    const first = await talk.examine(
      {
        kind: 'examine',
        id: theirs,
        ways: callBack === undefined ? ['multicast'] : ['multicast', 'dial'],
        ...(callBack === undefined ? {} : { port: callBack.port }),
      },
      EXAMINE_MS,
    );
    if (first.facts === undefined) return { kind: 'refused', reason: talk.refusal ?? 'it does not answer' };
    probes.announce(ours);
    const [second] = await Promise.all([
      talk.examine({ kind: 'examine', id: ours, ways: ['hear'] }, EXAMINE_MS),
      probes.waitForTheirs(SECOND_WORD_MS),
    ]);
    return {
      kind: 'told',
      report: composeReport({ first, second, isHeard: probes.isHeard, hasCome: callBack?.hasCome }),
    };
  } finally {
    callBack?.close();
    await Promise.all([talk.close(), probes.close()]);
  }
}

/** What came of the questions. Pure. */
export function composeReport({
  first,
  second,
  isHeard,
  hasCome,
}: {
  readonly first: Examined;
  readonly second: Examined;
  /** Whether what it announced was heard; undefined: mDNS can't be used here. */
  readonly isHeard: boolean | undefined;
  /** Whether it connected back; undefined: it was not asked to. */
  readonly hasCome: boolean | undefined;
}): PeerReport {
  const sent = first.outcomes.get('multicast');
  const heard = second.outcomes.get('hear');
  const dialled = first.outcomes.get('dial');
  const refused = [sent, heard, dialled].find((one) => one?.result === 'refused');
  return {
    refusal: refused === undefined ? undefined : (refused.reason ?? 'it does not say why'),
    version: first.facts?.version ?? '',
    clockAheadMs: first.clockAheadMs,
    meshIds: first.facts?.meshes ?? [],
    seenAs: first.facts?.asker ?? '',
    isHeard: sent?.result === 'done' || isHeard === true ? isHeard : undefined,
    heardMulticast:
      isHeard === undefined || heard === undefined || heard.result === 'refused' ? undefined : heard.result === 'done',
    sendFailure: sent?.result === 'failed' && isHeard !== true ? (sent.reason ?? 'failed') : undefined,
    isReached: dialled === undefined || dialled.result === 'refused' || hasCome === undefined ? undefined : hasCome,
  };
}

/** What both sides announce so as to be heard. */
class Probes {
  readonly #node: MdnsNode;
  readonly #clock: Clock;
  readonly #theirs: string;
  #isHeard: boolean | undefined;
  #wake: () => void = () => undefined;

  constructor({ network, clock }: AskPeerOptions, theirs: string) {
    this.#node = createMdnsNode({ network, clock, random: Math.random, hostLabel: `probe-${theirs}` });
    this.#clock = clock;
    this.#theirs = theirs;
  }

  /** Undefined: mDNS can't be used here. */
  get isHeard(): boolean | undefined {
    return this.#isHeard;
  }

  /** Looks for the instance `theirs`. Never rejects. */
  async start(): Promise<void> {
    try {
      await this.#node.start();
    } catch {
      return;
    }
    this.#isHeard = false;
    this.#node.browse({ type: PROBE_TYPE }, ({ kind, instance }) => {
      if (kind === 'removed' || instance.name !== this.#theirs) return;
      this.#isHeard = true;
      this.#wake();
    });
  }

  /** Until it is closed. */
  announce(ours: string): void {
    if (this.#isHeard !== undefined) this.#node.publish({ name: ours, type: PROBE_TYPE, port: DISCARD_PORT });
  }

  /** Resolves when theirs is heard, or the time is over. */
  async waitForTheirs(timeoutMs: number): Promise<void> {
    if (this.#isHeard !== false) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#clock.after(timeoutMs, resolve);
    });
  }

  async close(): Promise<void> {
    await this.#node.close();
  }
}
