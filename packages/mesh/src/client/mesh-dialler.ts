import type { Duplex } from 'node:stream';
import {
  type Clock,
  dial,
  errorCode,
  errorMessage,
  formatTarget,
  type Leg,
  type LegResult,
  Recent,
  RelayError,
  resetLeg,
  type Target,
  withPatience,
} from '@mdns-ambassador/relay';
import {
  answerWithNotice,
  answerWithNotices,
  isAboutNotices,
  MAX_FIRST_ANSWER_BYTES,
} from '../handshake/exchange-notices.ts';
import { createHandshakeError, createRefusalError, HANDSHAKE_CODES } from '../handshake/handshake-error.ts';
import { formatRequest, MAX_ANSWER_BYTES, parseAnswer } from '../handshake/preamble.ts';
import { ENDED, LINE_TOO_LONG, readLine } from '../handshake/read-line.ts';
import { type Member, PROTOCOLS, STREAMS_ALPN } from '../member.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import type { Mesh } from '../mesh.ts';
import type { IdentityStyle } from '../papers.ts';
import { PeerIdentity } from '../peer-identity.ts';
import { renewBy } from '../renewal/renew-by.ts';
import { openOne } from '../streams/one-stream.ts';
import { connectSecure, type SecureConnection } from './connect-secure.ts';
import { type Conviction, Quarantine } from './quarantine.ts';
import { SessionPool } from './session-pool.ts';
import { Styles } from './styles.ts';
import { type WarmConnection, WarmPool } from './warm-pool.ts';

/** Handshaken connections that are kept for each endpoint. */
const WARM_CONNECTIONS = 2;

/** How often a stream is opened anew because what carried it was gone before its word. */
const STREAM_ATTEMPTS = 3;

/** Places at which somebody has proved himself; the oldest is forgotten first. */
const MAX_PROVEN = 256;

/** Nobody waits longer for a TCP connection. */
const LONGEST_DIAL_MS = 30_000;
/** Who was removed may hear of it for so long. */
const FAREWELL_MS = 1_000;

/**
 * An announcer answers within milliseconds; whoever is silent for so long gets another beside him, whose handshake must fit into the
 * 300 ms that a client may have to wait.
 */
export const PATIENCE_MS = 150;

/** A place that is not dialled for a while, because it is not who may serve us, or denies it. */
export interface QuarantineEvent extends Conviction {
  readonly service: string;
}

export interface MeshDiallerOptions {
  /** Joined in the role of a proxy of the service; every dial fails where the keys are not for that. */
  readonly mesh: Mesh;
  readonly service: string;
  /** Handshaken connections that are kept for each place; 0 for none, and for none beside the one that carries streams. */
  readonly warm?: number;
  /** What it speaks, the best first; {@link PROTOCOLS} unless said. */
  readonly protocols?: readonly string[];
  /** Connects; a test's own network. */
  readonly dial?: (target: Target, options: { timeoutMs: number; signal: AbortSignal }) => Promise<Leg>;
  readonly onQuarantine?: (event: QuarantineEvent) => void;
}

interface JoinedDialler {
  readonly member: Member;
  readonly identity: PeerIdentity;
}

type HandshakeAttempt =
  | { readonly kind: 'connected'; readonly connection: SecureConnection }
  /** It is of this mesh, and shows this. */
  | { readonly kind: 'differs'; readonly meshId: string; readonly style: IdentityStyle };

/** Dials announcers: what it hands over has proved who it is, knows who we are, and has a service that is ready. */
export class MeshDialler {
  readonly #service: string;
  readonly #options: MeshDiallerOptions;
  readonly #clock: Clock;
  readonly #quarantine = new Quarantine();
  readonly #proven = new Recent<string, true>(MAX_PROVEN);
  readonly #styles = new Styles();
  readonly #warm: WarmPool;
  readonly #sessions: SessionPool;
  readonly #joined: Promise<JoinedDialler>;
  readonly #unlisten: () => void;
  #isClosed = false;

  constructor(options: MeshDiallerOptions) {
    const { mesh, service, warm = WARM_CONNECTIONS } = options;
    this.#service = service.toLowerCase();
    this.#options = options;
    this.#clock = mesh.clock;
    this.#warm = new WarmPool({
      size: warm,
      clock: mesh.clock,
      open: (target, meshId, signal) => this.#openWarm(target, meshId, signal),
    });
    let { list } = mesh.notices;
    this.#unlisten = mesh.notices.onChange(() => {
      const removed = list.listRemoved();
      ({ list } = mesh.notices);
      // It may be in the mesh again who was refused, or this machine.
      if (removed.some(({ machine }) => !list.isRemoved(machine))) this.#quarantine.clear();
    });
    this.#sessions = new SessionPool({
      clock: mesh.clock,
      company: mesh.company,
      onViolation: (place, error) => this.#judge(place, error, mesh.clock.now()),
    });
    this.#joined = this.#join();
    // Whoever dials hears of it.
    this.#joined.catch(() => undefined);
  }

  /**
   * As relay's `startDial`: `onSettled` is called once, never synchronously, and never after the returned function was called.
   * It connects only after the announcer's `+`. `meshId`: the mesh that the endpoint says it belongs to. A peer that is silent is
   * waited for; who dials races another beside it.
   */
  startDial(target: Target, timeoutMs: number, onSettled: (result: LegResult) => void, meshId?: string): () => void {
    const abort = new AbortController();
    let isSettled = false;
    const settle = (result: LegResult): void => {
      cancel();
      if (isSettled) {
        if (result.kind === 'connected') resetLeg(result.socket);
        return;
      }
      isSettled = true;
      onSettled(result);
    };
    const cancel = this.#clock.after(timeoutMs, () => {
      const message = `${formatTarget(target)} did not answer in time`;
      settle({ kind: 'failed', error: new RelayError('DIAL_TIMEOUT', message) });
      abort.abort();
    });
    this.#reach(target, meshId, timeoutMs, abort.signal).then(
      (socket) => settle({ kind: 'connected', socket }),
      (error: unknown) => settle({ kind: 'failed', error: toRelayError(error) }),
    );
    return () => {
      isSettled = true;
      cancel();
      abort.abort();
    };
  }

  /** The same as a promise, for checks. Rejects with a RelayError. */
  dial(target: Target, signal: AbortSignal): Promise<Duplex> {
    return this.#reach(target, undefined, Number.POSITIVE_INFINITY, signal);
  }

  /** Whether an announcer of ours was reached there, and nobody else since. */
  isProven(target: Target): boolean {
    return this.#proven.has(formatTarget(target));
  }

  /** Nothing is dialled any more, and nothing kept. What was handed over goes on. */
  close(): void {
    this.#isClosed = true;
    this.#unlisten();
    this.#warm.close();
    this.#sessions.retire();
    void this.#joined.then(
      ({ member }) => member.close(),
      () => undefined,
    );
  }

  async #join(): Promise<JoinedDialler> {
    const member = await this.#options.mesh.join('proxy', this.#service);
    let meshIds = member.meshIds.join();
    member.onChange(() => {
      this.#warm.clear();
      this.#sessions.retire();
      if (meshIds === member.meshIds.join()) return;
      meshIds = member.meshIds.join();
      // What was found with other keys counts no more.
      this.#quarantine.clear();
      this.#proven.clear();
      this.#styles.clear();
    });
    return { member, identity: new PeerIdentity(member, this.#options.protocols ?? PROTOCOLS) };
  }

  async #reach(target: Target, meshId: string | undefined, timeoutMs: number, signal: AbortSignal): Promise<Leg> {
    const place = formatTarget(target);
    const dialledAt = this.#clock.now();
    const reason = this.#quarantine.explain(place, dialledAt);
    if (reason !== undefined) throw createHandshakeError('quarantine', reason);
    try {
      const leg =
        (await this.#reachByStream(target, meshId, signal)) ??
        (await this.#reachWarm(place, signal)) ??
        (await this.#reachCold(target, meshId, timeoutMs, signal));
      this.#quarantine.acquit(place);
      if (!this.#proven.has(place)) this.#proven.set(place, true);
      this.#refill(target, meshId, place);
      return leg;
    } catch (error) {
      this.#judge(place, error, dialledAt);
      throw error;
    }
  }

  /** Undefined where whoever is there knows of no streams. */
  async #reachByStream(target: Target, meshId: string | undefined, signal: AbortSignal): Promise<Leg | undefined> {
    const place = formatTarget(target);
    for (let failures = 0; !this.#sessions.isWithout(place); ) {
      const kept = this.#sessions.take(place);
      const single = kept === undefined ? await this.#makeSession(target, meshId, signal) : undefined;
      if (single !== undefined) {
        await this.#ask(single, place, signal);
        return single.leg;
      }
      const session = kept ?? this.#sessions.take(place);
      if (session === undefined) {
        // Where it is filled, those who waited for it as well have got what they want, and the next one is for others.
        if (!this.#sessions.isFilled(place)) failures += 1;
        if (failures >= STREAM_ATTEMPTS) return undefined;
        continue;
      }
      const leg = session.open();
      try {
        await this.#ask({ leg }, place, signal);
        return leg;
      } catch (error) {
        // Its announcer has left meanwhile: that says nothing about one that is there now.
        failures += 1;
        if (signal.aborted || isWord(error) || kept === undefined || failures >= STREAM_ATTEMPTS) throw error;
      }
    }
    return undefined;
  }

  /** Returns the connection where it carries one client alone. */
  async #makeSession(
    target: Target,
    meshId: string | undefined,
    signal: AbortSignal,
  ): Promise<SecureConnection | undefined> {
    const place = formatTarget(target);
    let single: SecureConnection | undefined;
    const make = async (made: AbortSignal): Promise<void> => {
      const { generation } = this.#sessions;
      const connection = await this.#connect(target, meshId, LONGEST_DIAL_MS, made);
      if (connection.protocol === STREAMS_ALPN) {
        if (this.#sessions.add(place, connection, generation) === undefined) resetLeg(connection.leg);
        return;
      }
      this.#sessions.noteWithout(place);
      if (signal.aborted || single !== undefined) resetLeg(connection.leg);
      else single = connection;
    };
    try {
      await this.#sessions.make(place, make, signal);
    } catch (error) {
      if (single !== undefined) resetLeg(single.leg);
      throw error;
    }
    return single;
  }

  /** Makes up what is missing at a place where a client was just carried to. */
  #refill(target: Target, meshId: string | undefined, place: string): void {
    if (this.#sessions.isWithout(place)) {
      this.#warm.refill(target, meshId);
      return;
    }
    if (this.#options.warm === 0 || this.#isClosed || !this.#sessions.wantsAnother(place)) return;
    withPatience(this.#clock, LONGEST_DIAL_MS, (patience) => this.#makeSession(target, meshId, patience)).then(
      (single) => single !== undefined && resetLeg(single.leg),
      // Whoever dials there next will meet the same, and tell.
      () => undefined,
    );
  }

  /** Undefined where none was kept that is still good. */
  async #reachWarm(place: string, signal: AbortSignal): Promise<Leg | undefined> {
    for (let warm = this.#warm.take(place); warm !== undefined; warm = this.#warm.take(place)) {
      if (warm.isReady) return warm.leg;
      try {
        await this.#ask(warm, place, signal);
        return warm.leg;
      } catch (error) {
        if (signal.aborted || isWord(error)) throw error;
        // Its announcer has left meanwhile: that says nothing about one that is there now.
      }
    }
    return undefined;
  }

  async #reachCold(target: Target, meshId: string | undefined, timeoutMs: number, signal: AbortSignal): Promise<Leg> {
    const { generation } = this.#sessions;
    const connection = await this.#connect(target, meshId, timeoutMs, signal);
    const place = formatTarget(target);
    const leg =
      connection.protocol === STREAMS_ALPN
        ? (this.#sessions.add(place, connection, generation)?.open() ?? openOne(connection.leg, this.#clock))
        : connection.leg;
    await this.#ask({ leg }, place, signal);
    return leg;
  }

  async #connect(
    target: Target,
    meshId: string | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<SecureConnection> {
    const { member } = await this.#joined;
    if (this.#isClosed) throw new RelayError('ABORTED', 'the proxy is closed');
    await member.refresh();
    const place = formatTarget(target);
    const shown = { meshId, style: this.#styles.choose(place, this.#clock.now()) };
    const attempt = await this.#shakeHands(target, shown, timeoutMs, signal).catch((error: unknown) => {
      // One of a former version shows what its current key gives it, whatever it was asked for by another name than it knows.
      const isOurs = meshId !== undefined && member.meshIds.includes(meshId);
      if (shown.style === 'role' || !isOurs || errorCode(error) !== HANDSHAKE_CODES.identity) throw error;
      return { kind: 'differs', meshId, style: 'role' } as const;
    });
    if (attempt.kind === 'connected') return attempt.connection;
    // It would not accept what we showed it: it belongs to another of our meshes, or knows no machines.
    this.#styles.note(place, attempt.style, this.#clock.now());
    const again = await this.#shakeHands(target, attempt, timeoutMs, signal);
    if (again.kind === 'connected') return again.connection;
    throw createHandshakeError('identity', `${place} shows another certificate each time`);
  }

  async #shakeHands(
    target: Target,
    { meshId, style }: { readonly meshId: string | undefined; readonly style: IdentityStyle },
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<HandshakeAttempt> {
    const { dial: dialLeg = dial } = this.#options;
    const place = formatTarget(target);
    const { member, identity } = await this.#joined;
    const papers = member.papers(meshId, style);
    const raw = await dialLeg(target, { timeoutMs: Math.min(timeoutMs, LONGEST_DIAL_MS), signal });
    const connection = await connectSecure(raw, papers, identity, place, signal, (leg, removed, protocol) => {
      void this.#tellRemoved(protocol === STREAMS_ALPN ? openOne(leg, this.#clock) : leg, removed);
    });
    const isOfMesh = connection.meshId === papers.standing.meshId || meshId === connection.meshId;
    if (isOfMesh && connection.style === papers.style) {
      member.company.meet(connection.leg, { identity: connection.identity, at: 'dialler', place });
      if (member.renewals?.wants(connection.identity) === true) {
        const again = (patience: AbortSignal): Promise<Leg> =>
          dialLeg(target, { timeoutMs: LONGEST_DIAL_MS, signal: patience });
        // Beside the clients' way.
        void renewBy(member, again, { clock: this.#clock, meshId: connection.meshId, place });
      }
      return { kind: 'connected', connection };
    }
    resetLeg(connection.leg);
    return { kind: 'differs', meshId: connection.meshId, style: connection.style };
  }

  async #openWarm(target: Target, meshId: string | undefined, signal: AbortSignal): Promise<WarmConnection> {
    const { generation } = this.#sessions;
    const connection = await this.#connect(target, meshId, LONGEST_DIAL_MS, signal);
    if (connection.protocol === STREAMS_ALPN) {
      // Whoever is there now is of a later version.
      if (this.#sessions.add(formatTarget(target), connection, generation) === undefined) resetLeg(connection.leg);
      throw new RelayError('ABORTED', 'it carries streams');
    }
    connection.leg.write(formatRequest({ service: this.#service, warm: true }));
    return { ...connection, isReady: false };
  }

  /** Asks for the service and waits for `+`. Rejects, with the connection reset, for any other answer. */
  async #ask({ leg }: { readonly leg: Leg }, place: string, signal: AbortSignal): Promise<void> {
    try {
      const { notices } = this.#options.mesh;
      const digest = notices.canVerify ? notices.digest : undefined;
      leg.write(formatRequest({ service: this.#service, warm: false, digest }));
      const answer = parseAnswer(await this.#hearAnswer(leg, signal));
      if (answer === 'ready') return;
      if (answer === undefined) throw createHandshakeError('identity', `${place} gave no answer of ours`);
      if (answer === 'denied' && this.#options.mesh.removal !== undefined) {
        throw createHandshakeError('denied', `${place} refuses this machine, which was removed from the mesh`);
      }
      throw createRefusalError(answer, place);
    } catch (error) {
      resetLeg(leg);
      const code = errorCode(error);
      if (code === LINE_TOO_LONG) throw createHandshakeError('identity', `${place} gave no answer of ours`);
      if (code === ENDED) {
        throw createHandshakeError('refused', `${place} broke off: it does not accept our certificate, or it ended`);
      }
      throw error;
    }
  }

  /** It asks for what we know where it knows something else, and is told of itself alone. Beside the clients' way; never rejects. */
  async #tellRemoved(leg: Leg, { keyId }: MachineIdentity): Promise<void> {
    const { notices } = this.#options.mesh;
    const removal = notices.list.removalOf(keyId);
    const patience = new AbortController();
    const cancel = this.#clock.after(FAREWELL_MS, () => {
      patience.abort();
      resetLeg(leg);
    });
    leg.on('error', () => undefined).once('close', cancel);
    try {
      if (removal === undefined) throw new RelayError('ABORTED', 'it is in the mesh again');
      leg.write(formatRequest({ service: this.#service, warm: false, digest: notices.digest }));
      await answerWithNotice(leg, removal, patience.signal);
      // What it answers is for nobody; its end is ours.
      leg.on('data', () => undefined).resume();
    } catch {
      resetLeg(leg);
    }
  }

  /** Before it, whoever knows something else of what keepers have said tells it, and is told. */
  async #hearAnswer(leg: Leg, signal: AbortSignal): Promise<Uint8Array> {
    const { notices, company } = this.#options.mesh;
    const line = await readLine(leg, MAX_FIRST_ANSWER_BYTES, signal);
    if (!isAboutNotices(line)) return line;
    await answerWithNotices(leg, line, notices, signal);
    // It may be the announcer itself who has been removed.
    company.dismiss();
    return readLine(leg, MAX_ANSWER_BYTES, signal);
  }

  #judge(place: string, error: unknown, dialledAt: number): void {
    const conviction = this.#convict(place, error, dialledAt);
    if (conviction === undefined) return;
    this.#proven.delete(place);
    this.#options.onQuarantine?.({ service: this.#service, ...conviction });
  }

  #convict(place: string, error: unknown, dialledAt: number): Conviction | undefined {
    const now = this.#clock.now();
    const reason = errorMessage(error);
    switch (errorCode(error)) {
      case HANDSHAKE_CODES.identity:
      case HANDSHAKE_CODES.denied:
        return this.#quarantine.convict(place, reason, now);
      case HANDSHAKE_CODES.refused:
        return this.#quarantine.suspect(place, reason, now, dialledAt);
      default:
        return undefined;
    }
  }
}

/** The announcer has answered, and its answer counts for any connection. */
function isWord(error: unknown): boolean {
  const code = errorCode(error);
  return code.startsWith('MESH_') && code !== HANDSHAKE_CODES.refused;
}

function toRelayError(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  return new RelayError(errorCode(error), errorMessage(error), { cause: error });
}
