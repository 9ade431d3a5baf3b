import type { Clock, Random } from '@mdns-ambassador/mdns';
import { errorCode, errorMessage } from '@mdns-ambassador/relay';
import type { AddressJudge } from './address-judge.ts';
import type { PeerStream, PeerTransport } from './link/peer-stream.ts';
import { Directory, type KnownPlace, type PlaceOrigin } from './rules/directory.ts';
import type { PeerPlace, PeersLine } from './rules/line.ts';

/** Multicast has had its time to bring somebody. */
const MULTICAST_MS = 500;
const DIAL_TIMEOUT_MS = 3_000;

export interface DiallerOptions {
  /** The own node number. */
  readonly self: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: PeerTransport;
  readonly judge: AddressJudge;
  /** Where this node listens; undefined: nowhere. */
  readonly port: () => number | undefined;
  /** Whether there is a link with this node. */
  readonly isLinked: (node: string) => boolean;
  readonly onStream: (stream: PeerStream, known: KnownPlace) => void;
  /** A dial failed; `isNews`: of a place that a person named, for the first time since a link was there. */
  readonly onFailed: (place: string, reason: string, isNews: boolean) => void;
}

/** Dials where peers may be: who was named, told of or lost, and who is remembered or was met while multicast brings nobody. */
export class Dialler {
  readonly #options: DiallerOptions;
  readonly #directory: Directory;
  readonly #dials = new Set<AbortController>();
  readonly #failed = new Set<string>();
  /** What multicast brings. */
  #heard = 0;
  #startedAt = 0;
  #isClosed = false;

  constructor(options: DiallerOptions) {
    const { self, random, port } = options;
    this.#options = options;
    this.#directory = new Directory({ self, random, isDialledByOthers: () => port() !== undefined });
  }

  start(): void {
    this.#startedAt = this.#now();
  }

  /** Gives up what it dials. */
  close(): void {
    this.#isClosed = true;
    for (const dial of this.#dials) dial.abort();
  }

  /** Whether it changes who is dialled that multicast brings so many. */
  hearByMulticast(instances: number): boolean {
    const wasSilent = this.#heard === 0;
    this.#heard = instances;
    return wasSilent !== (instances === 0);
  }

  /** Where somebody is who is heard by multicast. */
  listHeard(): readonly PeerPlace[] {
    return this.#directory.listHeard();
  }

  /** Who is there is heard by multicast. Whether that is news. */
  meet(place: PeerPlace): boolean {
    return this.#directory.meet(place, this.#now());
  }

  add(place: PeerPlace, origin: Exclude<PlaceOrigin, 'met'>): void {
    this.#directory.add(place, origin, this.#now());
  }

  /** Dials it once, whatever multicast brings. */
  ask(place: PeerPlace): void {
    this.#directory.ask(place, this.#now());
  }

  /** What a peer at this address tells of others. */
  hear({ peers, met = [] }: PeersLine, teller: string): void {
    for (const { node, places } of peers) for (const place of places) this.#hearOf(place, teller, node);
    for (const place of met) this.#hearOf(place, teller);
  }

  /** This node is there. */
  noteLinked({ key }: KnownPlace, node: string): void {
    this.#directory.linked(key, node);
    this.#failed.delete(key);
  }

  /** The link is over. */
  noteLost({ key }: KnownPlace): void {
    this.#directory.lost(key, this.#now());
  }

  /** Nobody is there who is a peer; `isAwaited`: the machine is, and nobody listens. */
  noteFailed({ key, origin }: KnownPlace, reason: string, isAwaited = false): void {
    if (this.#isClosed) return;
    this.#directory.failed(key, this.#now(), isAwaited);
    const isNews = origin === 'named' && !this.#failed.has(key);
    if (isNews) this.#failed.add(key);
    this.#options.onFailed(key, reason, isNews);
  }

  /** Dials who is to be dialled now. */
  advance(now: number): void {
    const { isLinked } = this.#options;
    for (const place of this.#directory.takeDue(now, isLinked, this.#isSilent(now))) void this.#dial(place);
  }

  /** When `advance` is to be called; Infinity for never, as things stand. */
  nextDeadline(now: number): number {
    const patientUntil = this.#startedAt + MULTICAST_MS;
    const at = this.#directory.nextDeadline(this.#options.isLinked, this.#isSilent(now));
    return now < patientUntil ? Math.min(at, patientUntil) : at;
  }

  #hearOf(place: PeerPlace, teller: string, node?: string): void {
    const { judge, port } = this.#options;
    if (judge.isOwn(place.host) && place.port === port()) return;
    if (judge.mayDial(place.host, teller)) this.#directory.add(place, 'told', this.#now(), node);
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #isSilent(now: number): boolean {
    return this.#heard === 0 && now - this.#startedAt >= MULTICAST_MS;
  }

  async #dial(known: KnownPlace): Promise<void> {
    const { transport, clock, onStream } = this.#options;
    const abort = new AbortController();
    this.#dials.add(abort);
    const cancel = clock.after(DIAL_TIMEOUT_MS, () => abort.abort());
    try {
      const stream = await transport.dial(known.place, abort.signal);
      if (this.#isClosed) stream.destroy();
      else onStream(stream, known);
    } catch (error) {
      this.noteFailed(
        known,
        abort.signal.aborted ? 'it did not answer' : errorMessage(error),
        errorCode(error) === 'ECONNREFUSED',
      );
    } finally {
      cancel();
      this.#dials.delete(abort);
    }
  }
}
