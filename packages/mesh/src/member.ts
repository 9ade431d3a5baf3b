import { constants, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock } from '@mdns-ambassador/relay';
import type { KeyRing } from './keys/key-ring.ts';
import { deriveStandings, requireEntitled, type Standing } from './keys/standing.ts';
import type { Role } from './role.ts';
import { issueLeaf } from './x509.ts';

/** CONTRACT 4. */
export const ALPN = 'ambassador/1';
export const PEER_ALPN = 'ambassador-peer/1';
const SERIAL_BYTES = 16;
const HOUR_MS = 3_600_000;
const LEAF_LIFETIME_MS = 24 * HOUR_MS;
/** A leaf is replaced when this share of its life is over. */
const RENEWAL_SHARE = 2 / 3;
/** A machine that slept looks at its leaves this soon after it woke. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 50;

/** What one end of a connection shows, and whom it accepts. */
export interface Papers {
  readonly standing: Standing;
  readonly tls: SecureContextOptions;
  readonly context: SecureContext;
  readonly expiresAt: number;
}

export interface MemberOptions {
  readonly role: Role;
  readonly service: string;
  readonly clock: Clock;
  /** 24 hours unless said; tests shorten it. */
  readonly leafLifetimeMs?: number;
  readonly onClose?: () => void;
}

/** One process as a member of a mesh, in one role for one service: its leaves, which it renews by itself. */
export class Member {
  readonly role: Role;
  readonly service: string;
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
    this.#clock = options.clock;
    this.#lifetimeMs = options.leafLifetimeMs ?? LEAF_LIFETIME_MS;
    this.#onClose = options.onClose;
    this.#standings = standings;
    this.#papers = papers;
    this.#schedule();
  }

  /** Rejects with a MeshError, NOT_ENTITLED, when the ring is a token for something else. */
  static async join(ring: KeyRing, options: MemberOptions): Promise<Member> {
    const standings = await deriveStandings(ring, options.role, options.service);
    const papers = await issueAll(standings, options.clock.wallClock() + (options.leafLifetimeMs ?? LEAF_LIFETIME_MS));
    return new Member(options, standings, papers);
  }

  /** The meshes that it belongs to, the current key's first. */
  get meshIds(): readonly string[] {
    return this.#standings.map(({ meshId }) => meshId);
  }

  get standings(): readonly Standing[] {
    return this.#standings;
  }

  /** What is shown to a peer of this mesh; the current key's where it is not one of ours. */
  papers(meshId?: string): Papers {
    const [current, ...others] = this.#papers;
    if (current === undefined) throw new Error('a member has papers');
    return others.find(({ standing }) => standing.meshId === meshId) ?? current;
  }

  /** Calls back whenever there are other papers; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Resolves once the papers are good; at once where they are. Never rejects. */
  async refresh(): Promise<void> {
    const [current] = this.#papers;
    if (current !== undefined && this.#clock.wallClock() < current.expiresAt) return;
    await this.#renew();
  }

  /** Throws a MeshError, NOT_ENTITLED, where these keys are not for its role and service. */
  requireEntitled(ring: KeyRing): void {
    requireEntitled(ring, this.role, this.service);
  }

  /** Goes on with other keys. Rejects, and keeps what it has, where they are no longer for this role and service. */
  async change(ring: KeyRing): Promise<void> {
    const standings = await deriveStandings(ring, this.role, this.service);
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
    const renewAt = (this.#papers[0]?.expiresAt ?? 0) - this.#lifetimeMs * (1 - RENEWAL_SHARE);
    const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(renewAt - this.#clock.wallClock(), LONGEST_WAIT_MS));
    this.#cancel = this.#clock.after(waitMs, () => {
      if (this.#clock.wallClock() >= renewAt) void this.#renew();
      else this.#schedule();
    });
  }
}

function issueAll(standings: readonly Standing[], expiresAt: number): Promise<readonly Papers[]> {
  // Whom it accepts, and as whom, must not depend on which key is shown: both keys count while both are in the ring.
  const ca = standings.map(({ peerAuthority }) => peerAuthority);
  return Promise.all(standings.map((standing) => issuePapers(standing, ca, expiresAt)));
}

async function issuePapers(standing: Standing, ca: readonly string[], expiresAt: number): Promise<Papers> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const certificate = await issueLeaf({
    holder: standing,
    authorityKey: standing.authorityKey,
    publicKey,
    serial: randomBytes(SERIAL_BYTES),
    notAfter: new Date(expiresAt),
  });
  // An empty list of authorities would mean those of the web.
  if (ca.length === 0) throw new Error('a member knows its peers');
  const tls: SecureContextOptions = {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    cert: certificate,
    ca: [...ca],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // A ticket would let its holder in without a certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  return { standing, tls, context: createSecureContext(tls), expiresAt };
}
