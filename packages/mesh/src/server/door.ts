import {
  type Clock,
  errorCode,
  errorMessage,
  type Leg,
  Recent,
  RelayError,
  resetLeg,
  withPatience,
} from '@mdns-ambassador/relay';
import { askForNotices, formatNotice } from '../handshake/exchange-notices.ts';
import { createHandshakeError, HANDSHAKE_CODES } from '../handshake/handshake-error.ts';
import {
  formatAnswer,
  MAX_REQUEST_BYTES,
  parseRequest,
  type RefusalWord,
  type Request,
} from '../handshake/preamble.ts';
import { readLine, takeLine } from '../handshake/read-line.ts';
import { type Member, PROTOCOLS, STREAMS_ALPN } from '../member.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import { describeRemoved } from '../peer-identity.ts';
import { acceptOne } from '../streams/one-stream.ts';
import { type Accepted, SecureAcceptor } from './accept-secure.ts';
import { ADMISSION_LIMITS, ADMISSION_TICK_MS, Admission, type AdmissionLimits, type Change } from './admission.ts';
import type { Caller } from './caller.ts';
import { dismiss } from './dismiss.ts';
import { IdleSessions } from './idle-sessions.ts';
import { StreamCallers } from './stream-callers.ts';

/** From the first byte to the end of the TLS handshake, waiting for one's turn included. */
const HANDSHAKE_MS = 5_000;
/** No failure of its own: it may be us who are slow. */
const TOO_LATE = `it did not finish a handshake within ${HANDSHAKE_MS / 1_000} s (has it the mesh key?)`;
/** CONTRACT 4 */
const REQUEST_MS = 1_000;
/** For a membership, once the handshake is over. */
const RENEWAL_MS = 5_000;
/** Connections that their proxies keep warm: how long, and how many of all addresses and of one. */
const WARM_MS = 60_000;
const MAX_WARM = 256;
const MAX_WARM_PER_ADDRESS = 32;
/** Between two times that a machine is told what keepers have said, and machines of which that is known. */
const COMPARE_MS = 3_000;
const MAX_COMPARED = 256;
/** A stream that is given up is reset, which says enough. */
const NEVER: AbortSignal = new AbortController().signal;

/** Who came over one connection: one client of a proxy, or many. */
export type Admitted = Caller | StreamCallers;

/** Somebody was not let in; `reason` for people goes on after "it" or "its". */
export interface DoorEvent {
  readonly kind: 'refused';
  readonly service: string;
  readonly address: string;
  readonly reason: string;
}

export interface DoorOptions {
  /** A member in the role of an announcer; stays the caller's to close. */
  readonly member: Member;
  readonly clock: Clock;
  readonly limits?: AdmissionLimits;
  /** What it speaks, the best first; {@link PROTOCOLS} unless said. */
  readonly protocols?: readonly string[];
  readonly onEvent: (event: DoorEvent) => void;
}

/** A connection before its handshake. */
export interface Arrival extends Leg {
  readonly remoteAddress?: string | undefined;
}

type AcceptedMember = Accepted & { readonly kind: 'member' | 'renewal' };

/** Who asks to be let in. */
interface Visitor {
  enter(): void;
  /** Its place is another's now. */
  expel(): void;
}

/** The announcer's end of the handshake: lets members in who may reach its service, a bounded number at a time. */
export class Door {
  readonly #options: DoorOptions;
  readonly #acceptor: SecureAcceptor;
  readonly #admission: Admission<Visitor>;
  /** By address: who is kept warm. */
  readonly #warm = new Map<string, Set<Leg>>();
  /** By key id: when it was told of notices last. */
  readonly #compared = new Recent<string, number>(MAX_COMPARED);
  readonly #streams = new Set<StreamCallers>();
  readonly #idle = new IdleSessions<StreamCallers>({ most: MAX_WARM, mostOfAddress: MAX_WARM_PER_ADDRESS });
  /** Of all connections with streams. */
  readonly #held = { bytes: 0 };
  readonly #unlisten: () => void;
  #isDraining = false;
  #isClosed = false;
  #cancelTick: (() => void) | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#acceptor = new SecureAcceptor(options.member, ...(options.protocols ?? PROTOCOLS));
    this.#admission = new Admission(options.limits ?? ADMISSION_LIMITS);
    let meshIds = options.member.meshIds.join();
    this.#unlisten = options.member.onChange(() => {
      if (meshIds === options.member.meshIds.join()) return;
      meshIds = options.member.meshIds.join();
      this.#dismissWarm('busy');
      for (const streams of this.#streams) streams.retire();
    });
  }

  /** Whether an accepted connection is to be reset at once, because it would not be served in time. To be asked once for each. */
  turnsAway({ remoteAddress = '' }: Arrival, queueWaitedMs: number): boolean {
    return this.#admission.refuses(remoteAddress, queueWaitedMs, this.#options.clock.now());
  }

  /**
   * Shakes hands over an accepted, paused socket and hears what is asked. Rejects with a RelayError when nobody is to be served;
   * the socket is closed then, or about to be. Who has many clients says so, and goes on when `signal` has no meaning any more.
   */
  async admit(raw: Arrival, signal: AbortSignal): Promise<Admitted> {
    const { remoteAddress: address } = raw;
    const { clock } = this.#options;
    raw.on('error', () => undefined);
    if (address === undefined) {
      resetLeg(raw);
      throw new RelayError('ABORTED', 'it had gone before it was asked');
    }
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const accepted = await this.#shakeHands(raw, address, abort);
      const { leg, meshId, identity, request } = accepted;
      if (request === undefined) return this.#receiveStreams(accepted, address);
      const asked = request.warm ? await this.#keepWarm(leg, address, abort.signal) : request;
      await this.#compareNotices(leg, identity, asked, abort.signal);
      return createCaller(leg, meshId, identity, clock);
    } catch (error) {
      this.#tell(address, error);
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Connections that are kept for proxies. */
  get warm(): number {
    let count = 0;
    for (const ofAddress of this.#warm.values()) count += ofAddress.size;
    return count;
  }

  /** Who is kept warm is sent away; who is shaking hands goes on. */
  drain(): void {
    this.#isDraining = true;
    this.#dismissWarm('draining');
    for (const streams of this.#streams) streams.drain();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTick?.();
    this.drain();
    this.#unlisten();
    this.#acceptor.close();
  }

  /** Waits for its turn, and hears what it wants. */
  async #shakeHands(
    raw: Arrival,
    address: string,
    abort: AbortController,
  ): Promise<AcceptedMember & { readonly request: Request | undefined }> {
    const { clock, member } = this.#options;
    const visitor = await orReset(raw, this.#enter(raw, address, abort));
    try {
      const cancel = clock.after(HANDSHAKE_MS, () => {
        abort.abort();
        this.#admission.fail(address, this.#options.clock.now());
        this.#report(address, TOO_LATE);
      });
      await member.refresh();
      const accepted = await this.#accept(raw, address, abort.signal).finally(cancel);
      this.#admission.succeed(address, this.#options.clock.now());
      switch (accepted.kind) {
        case 'member':
          member.company.meet(accepted.leg, { identity: accepted.identity, at: 'door', place: address });
          return { ...accepted, kind: 'member', request: await this.#hearFirst(accepted, abort.signal) };
        case 'renewal':
          await this.#renew(accepted);
          throw new RelayError('ABORTED', 'it came for a renewal');
        case 'view':
          resetLeg(accepted.leg);
          throw createHandshakeError('identity', 'it shows itself, and nobody looks here');
        case 'removed':
          await this.#tellRemoved(accepted, abort.signal);
          throw createHandshakeError('identity', `it ${accepted.reason}`);
        default:
          return accepted satisfies never;
      }
    } finally {
      this.#apply(this.#admission.leave(visitor, this.#options.clock.now()));
    }
  }

  /** Undefined for who will ask on streams. */
  async #hearFirst({ leg, protocol }: AcceptedMember, signal: AbortSignal): Promise<Request | undefined> {
    return protocol === STREAMS_ALPN ? undefined : await this.#hear(leg, signal, REQUEST_MS);
  }

  /** It hears why it is refused, in the words of the keeper who has removed it. Never rejects. */
  async #tellRemoved(
    { leg: connection, protocol, identity }: Accepted & { readonly kind: 'removed' },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, member } = this.#options;
    const removal = member.notices?.list.removalOf(identity.keyId);
    const accept = (patience: AbortSignal): Promise<Leg> => acceptOne(connection, clock, patience);
    try {
      const leg = protocol === STREAMS_ALPN ? await withPatience(clock, REQUEST_MS, accept) : connection;
      const request = await this.#hear(leg, signal, REQUEST_MS);
      // A former version takes nothing but an answer, and a connection that is kept warm has nobody who hears.
      const canHear = removal !== undefined && request.digest !== undefined && !request.warm;
      dismiss(leg, 'denied', clock, canHear ? formatNotice(removal) : '');
    } catch {
      // It has said nothing that can be answered, and is reset.
    }
  }

  #receiveStreams(accepted: AcceptedMember, address: string): StreamCallers {
    const streams = new StreamCallers({
      leg: accepted.leg,
      clock: this.#options.clock,
      held: this.#held,
      hear: (leg) => this.#hearStream(leg, streams, accepted, address),
      onIdle: () => !this.#isDraining && this.#idle.add(address, streams),
      onBusy: () => this.#idle.remove(address, streams),
      onEnd: (error) => {
        this.#streams.delete(streams);
        if (error !== undefined) this.#tell(address, error);
      },
    });
    this.#streams.add(streams);
    return streams;
  }

  /** A stream begins as a connection of its own does: with a request. Who its peer is, is looked at anew. */
  async #hearStream(
    leg: Leg,
    streams: StreamCallers,
    { identity, meshId }: AcceptedMember,
    address: string,
  ): Promise<Caller> {
    const { clock, member } = this.#options;
    try {
      if (member.company.isRemoved(identity)) {
        streams.reset();
        throw createHandshakeError('identity', `it ${describeRemoved(identity)}`);
      }
      if (clock.wallClock() >= identity.expiresAt) {
        streams.retire();
        resetLeg(leg);
        throw new RelayError('ABORTED', 'its certificate has expired since');
      }
      if (this.#isDraining) {
        dismiss(leg, 'draining', clock);
        throw new RelayError('ABORTED', 'we are leaving');
      }
      // It comes with the first frame of ours.
      const line = takeLine(leg, MAX_REQUEST_BYTES);
      const request = line === undefined ? await this.#hear(leg, NEVER, REQUEST_MS) : this.#judge(leg, line);
      await this.#compareNotices(leg, identity, request, NEVER);
      return createCaller(leg, meshId, identity, clock);
    } catch (error) {
      this.#tell(address, error);
      throw error;
    }
  }

  async #renew(accepted: AcceptedMember): Promise<void> {
    const { clock, member } = this.#options;
    await withPatience(clock, RENEWAL_MS, async (patience) =>
      member.renewals?.exchange(accepted.leg, accepted, patience),
    );
    resetLeg(accepted.leg);
  }

  async #accept(raw: Arrival, address: string, signal: AbortSignal): Promise<Accepted> {
    try {
      return await this.#acceptor.accept(raw, signal);
    } catch (error) {
      if (!isRefusal(error) && !signal.aborted) this.#admission.abandon(address, this.#options.clock.now());
      throw error;
    }
  }

  /** Resolves when it is this one's turn. */
  #enter(raw: Leg, address: string, abort: AbortController): Promise<Visitor> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        settle();
        this.#apply(this.#admission.leave(visitor, this.#options.clock.now()));
        reject(new RelayError('ABORTED', 'it was not its turn in time'));
      };
      const settle = (): void => {
        cancel();
        raw.off('close', leave);
        abort.signal.removeEventListener('abort', leave);
      };
      const visitor: Visitor = {
        enter: () => {
          settle();
          resolve(visitor);
        },
        expel: () => abort.abort(),
      };
      const cancel = this.#options.clock.after(HANDSHAKE_MS, leave);
      raw.once('close', leave);
      abort.signal.addEventListener('abort', leave, { once: true });
      this.#apply(this.#admission.arrive(address, visitor, this.#options.clock.now()));
    });
  }

  /** Those who wait are looked at again as long as there are some. */
  #apply({ entered, expelled }: Change<Visitor>): void {
    for (const visitor of expelled) visitor.expel();
    for (const visitor of entered) visitor.enter();
    if (this.#isClosed || this.#admission.sizes.waiting === 0) return;
    this.#cancelTick ??= this.#options.clock.after(ADMISSION_TICK_MS, () => {
      this.#cancelTick = undefined;
      this.#apply(this.#admission.tick(this.#options.clock.now()));
    });
  }

  /** Reads one request. */
  async #hear(leg: Leg, signal: AbortSignal, timeoutMs: number): Promise<Request> {
    const read = (patience: AbortSignal): Promise<Buffer> => readLine(leg, MAX_REQUEST_BYTES, patience);
    return this.#judge(leg, await orReset(leg, withPatience(this.#options.clock, timeoutMs, read, signal)));
  }

  /** Answers `-denied` to what is no request, or asks for something else. */
  #judge(leg: Leg, line: Buffer): Request {
    const { clock, member } = this.#options;
    const request = parseRequest(line);
    if (typeof request !== 'string' && request.service === member.service) return request;
    dismiss(leg, 'denied', clock);
    throw createHandshakeError('denied', typeof request === 'string' ? request : `it asked for ${request.service}`);
  }

  /** Resolves when a proxy has a client for its connection. */
  async #keepWarm(leg: Leg, address: string, signal: AbortSignal): Promise<Request> {
    const { clock } = this.#options;
    const ofAddress = this.#warm.get(address) ?? new Set<Leg>();
    if (ofAddress.size >= MAX_WARM_PER_ADDRESS || this.warm >= MAX_WARM || this.#isDraining) {
      dismiss(leg, this.#isDraining ? 'draining' : 'busy', clock);
      throw new RelayError('ABORTED', 'it keeps too many connections');
    }
    ofAddress.add(leg);
    this.#warm.set(address, ofAddress);
    let request: Request;
    try {
      request = await this.#hear(leg, signal, WARM_MS);
    } finally {
      ofAddress.delete(leg);
      if (ofAddress.size === 0) this.#warm.delete(address);
    }
    if (leg.writableEnded) throw new RelayError('ABORTED', 'it was sent away before it asked');
    return request;
  }

  /** Who knows something else of what keepers have said tells it, and is told, before he is served; not twice in 3 s. */
  async #compareNotices(leg: Leg, identity: MachineIdentity, { digest }: Request, signal: AbortSignal): Promise<void> {
    const { clock, member } = this.#options;
    const { notices, company } = member;
    const comparedAt = this.#compared.get(identity.keyId) ?? Number.NEGATIVE_INFINITY;
    if (notices?.canVerify !== true || identity.kind === 'nameless' || digest === undefined) return;
    if (digest === notices.digest || clock.now() - comparedAt < COMPARE_MS) return;
    this.#compared.set(identity.keyId, clock.now());
    const ask = (patience: AbortSignal): Promise<void> => askForNotices(leg, notices, patience);
    await orReset(leg, withPatience(clock, REQUEST_MS, ask, signal));
    if (!company.isRemoved(identity)) return;
    resetLeg(leg);
    throw createHandshakeError('identity', `it ${describeRemoved(identity)}`);
  }

  #dismissWarm(refusal: RefusalWord): void {
    for (const leg of [...this.#warm.values()].flatMap((legs) => [...legs])) dismiss(leg, refusal, this.#options.clock);
  }

  #tell(address: string, error: unknown): void {
    if (!isRefusal(error)) return;
    this.#admission.fail(address, this.#options.clock.now());
    this.#report(address, errorMessage(error));
  }

  #report(address: string, reason: string): void {
    this.#options.onEvent({ kind: 'refused', service: this.#options.member.service, address, reason });
  }
}

function createCaller(leg: Leg, meshId: string, identity: MachineIdentity, clock: Clock): Caller {
  return {
    kind: 'caller',
    leg,
    meshId,
    identity,
    answer: (answer) => {
      if (answer === 'ready') leg.write(formatAnswer(answer));
      else dismiss(leg, answer, clock);
    },
  };
}

/** A leg that comes to nothing is reset. */
async function orReset<Value>(leg: Leg, settled: Promise<Value>): Promise<Value> {
  try {
    return await settled;
  } catch (error) {
    resetLeg(leg);
    throw error;
  }
}

/** Whether it is the peer's own doing that it is not let in. */
function isRefusal(error: unknown): boolean {
  const code = errorCode(error);
  return code === HANDSHAKE_CODES.identity || code === HANDSHAKE_CODES.denied;
}
