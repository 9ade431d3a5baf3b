import type { Clock } from '@mdns-ambassador/relay';
import { Company } from './company.ts';
import type { KeyRing } from './key-ring.ts';
import type { Notices } from './membership/notices.ts';
import { nameHost } from './membership/self.ts';
import { type IdentityStyle, issueAll, type Papers } from './papers.ts';
import type { Renewals } from './renewal/renewals.ts';
import type { Role } from './role.ts';
import { deriveStandings, type KeeperMachine, requireEntitled, type Standing } from './standing.ts';

/** CONTRACT 4: a TLS connection for each client. */
export const ALPN = 'ambassador/1';
/** CONTRACT 4: many clients on one TLS connection. */
export const STREAMS_ALPN = 'ambassador/2';
/** What is spoken between a proxy and an announcer, the best first. */
export const PROTOCOLS: readonly string[] = [STREAMS_ALPN, ALPN];
export const PEER_ALPN = 'ambassador-peer/1';
/** At the port of peers: a machine with rights for single services shows itself there. */
export const VIEW_ALPN = 'ambassador-view/1';
/** Between a machine and a keeper alone, at the port of either of the others. */
export const RENEWAL_ALPN = 'ambassador-renewal/1';
const HOUR_MS = 3_600_000;
const LEAF_LIFETIME_MS = 24 * HOUR_MS;
/** A leaf is replaced when this share of its life is over. */
const RENEWAL_SHARE = 2 / 3;
/** A machine that slept looks at its leaves this soon after it woke. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 50;

export interface MemberOptions {
  readonly role: Role;
  readonly service: string;
  readonly clock: Clock;
  /** 24 hours unless said; tests shorten it. */
  readonly leafLifetimeMs?: number;
  /** What a keeper is called; the host's name unless said. */
  readonly machine?: KeeperMachine;
  /** Who is met, and who has been removed; of its own unless said. */
  readonly company?: Company;
  /** Of the memberships of those that are met; absent: none. */
  readonly renewals?: Renewals;
  /** What keepers have said; absent: nothing. */
  readonly notices?: Notices;
  readonly onClose?: () => void;
}

/** One process as a member of a mesh, in one role for one service: its leaves, which it renews by itself. */
export class Member {
  readonly role: Role;
  readonly service: string;
  readonly company: Company;
  readonly renewals: Renewals | undefined;
  readonly notices: Notices | undefined;
  readonly #machine: KeeperMachine;
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #onClose: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();
  #standings: readonly Standing[];
  #papers: readonly Papers[];
  #cancel: () => void = () => {};
  #isClosed = false;

  private constructor(options: MemberOptions, standings: readonly Standing[], papers: readonly Papers[]) {
    this.role = options.role;
    this.service = options.service.toLowerCase();
    this.company = options.company ?? new Company();
    this.renewals = options.renewals;
    this.notices = options.notices;
    this.#machine = options.machine ?? nameHost();
    this.#clock = options.clock;
    this.#lifetimeMs = options.leafLifetimeMs ?? LEAF_LIFETIME_MS;
    this.#onClose = options.onClose;
    this.#standings = standings;
    this.#papers = papers;
    this.#schedule();
  }

  /** Rejects with a MeshError, NOT_ENTITLED, when the ring is a token for something else. */
  static async join(ring: KeyRing, options: MemberOptions): Promise<Member> {
    const standings = await deriveStandings(ring, options.role, options.service, options.machine ?? nameHost());
    const papers = await issueAll(standings, options.clock.wallClock() + (options.leafLifetimeMs ?? LEAF_LIFETIME_MS));
    return new Member(options, standings, papers);
  }

  /** The meshes that it belongs to, the current key's first. */
  get meshIds(): readonly string[] {
    return this.#standings.map(({ meshId }) => meshId);
  }

  /** When what it shows is good no longer, in milliseconds since 1970. */
  get expiresAt(): number {
    return this.#papers[0]?.expiresAt ?? 0;
  }

  get standings(): readonly Standing[] {
    return this.#standings;
  }

  /** What is shown to a peer of this mesh; the current key's where it is not one of ours, and of the other style where there is none of this. */
  papers(meshId?: string, style: IdentityStyle = 'role'): Papers {
    const ofMesh = this.#papers.filter(({ standing }) => standing.meshId === meshId);
    const [current] = this.#papers;
    const candidates =
      ofMesh.length > 0 ? ofMesh : this.#papers.filter(({ standing }) => standing === current?.standing);
    const papers = candidates.find((one) => one.style === style) ?? candidates[0];
    if (papers === undefined) throw new Error('a member has papers');
    return papers;
  }

  /** Calls back whenever there are other papers; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves once the papers are good; at once where they are. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#papers.every(({ isGiven, expiresAt }) => isGiven || this.#clock.wallClock() < expiresAt)) return;
    await this.#renew();
  }

  /** Throws a MeshError, NOT_ENTITLED, where these keys are not for its role and service. */
  requireEntitled(ring: KeyRing): void {
    requireEntitled(ring, this.role, this.service);
  }

  /** Goes on with other keys. Rejects, and keeps what it has, where they are no longer for this role and service. */
  async change(ring: KeyRing): Promise<void> {
    const standings = await deriveStandings(ring, this.role, this.service, this.#machine);
    if (this.#isClosed) return;
    this.#standings = standings;
    await this.#renew();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#listeners.clear();
    this.#onClose?.();
  }

  async #renew(): Promise<void> {
    const standings = this.#standings;
    const papers = await issueAll(standings, this.#clock.wallClock() + this.#lifetimeMs);
    if (this.#isClosed || standings !== this.#standings) return;
    this.#papers = papers;
    this.#schedule();
    for (const listener of this.#listeners) listener();
  }

  #schedule(): void {
    this.#cancel();
    // What somebody else has given is renewed by a keeper alone.
    const own = this.#papers.find(({ isGiven }) => !isGiven);
    if (own === undefined) return;
    const renewAt = own.expiresAt - this.#lifetimeMs * (1 - RENEWAL_SHARE);
    const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(renewAt - this.#clock.wallClock(), LONGEST_WAIT_MS));
    this.#cancel = this.#clock.after(waitMs, () => {
      if (this.#clock.wallClock() >= renewAt) void this.#renew();
      else this.#schedule();
    });
  }
}
