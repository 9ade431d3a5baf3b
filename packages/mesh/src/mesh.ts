import type { Clock } from '@mdns-ambassador/relay';
import { Company } from './company.ts';
import { formatKeyRing, type KeyRing, listMeshIds, listTxtKeys, type TxtKey } from './key-ring.ts';
import { Member } from './member.ts';
import type { SignedNotice } from './membership/notice.ts';
import { Notices } from './membership/notices.ts';
import { describeSelf, type Self } from './membership/self.ts';
import { Renewals } from './renewal/renewals.ts';
import type { Role } from './role.ts';
import type { KeeperMachine } from './standing.ts';

/** Who has been removed is refused at once, and may hear of it on the links that it has before they are cut. */
const DISMISSAL_MS = 100;

export interface MeshOptions {
  readonly clock: Clock;
  /** 24 hours unless said; tests shorten it. */
  readonly leafLifetimeMs?: number;
  /** What this machine is called where it is a keeper; the host's name unless said. */
  readonly machine?: KeeperMachine;
}

/** What one process is in its mesh: its keys, which may change while it runs, and the members that it is. */
export class Mesh {
  readonly clock: Clock;
  /** What keepers have said of machines. */
  readonly notices: Notices;
  /** Who is met by any member of this process, and who has been removed. */
  readonly company: Company = new Company();
  /** Of this machine's membership, or, where it is a keeper, of others'. */
  readonly renewals: Renewals;
  readonly #options: MeshOptions;
  readonly #members = new Set<Member>();
  readonly #listeners = new Set<() => void>();
  #ring: KeyRing;
  #cancelDismissal = (): void => undefined;

  constructor(ring: KeyRing, options: MeshOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#ring = ring;
    this.notices = new Notices(ring);
    this.company.judgeBy(({ keyId }) => this.notices.isRemoved(keyId));
    this.notices.onChange(() => {
      this.#cancelDismissal();
      this.#cancelDismissal = this.clock.after(DISMISSAL_MS, () => void this.company.dismiss());
    });
    this.renewals = new Renewals({
      ring: () => this.#ring,
      clock: options.clock,
      nameOf: (keyId) => this.notices.list.nameOf(keyId),
    });
  }

  /** Public, the current key's first. */
  get ids(): readonly string[] {
    return listMeshIds(this.#ring);
  }

  get ring(): KeyRing {
    return this.#ring;
  }

  /** This machine; undefined where it has a token. */
  get self(): Self | undefined {
    return describeSelf(this.#ring, this.#options.machine);
  }

  /** What a keeper said when it removed this machine; undefined where it did not, or that has not come here. */
  get removal(): SignedNotice | undefined {
    const { list } = this.notices;
    for (const keyId of this.self?.keyIds ?? []) {
      const removal = list.removalOf(keyId);
      if (removal !== undefined) return removal;
    }
    return undefined;
  }

  /** Rejects with a MeshError, NOT_ENTITLED, when the keys are a token for something else. The member is the caller's to close. */
  async join(role: Role, service: string): Promise<Member> {
    const ring = this.#ring;
    const member = await Member.join(ring, {
      ...this.#options,
      role,
      service,
      company: this.company,
      renewals: this.renewals,
      notices: this.notices,
      onClose: () => this.#members.delete(member),
    });
    this.#members.add(member);
    // The keys became others while it joined.
    if (ring !== this.#ring) {
      await member.change(this.#ring).catch((error: unknown) => {
        member.close();
        throw error;
      });
    }
    return member;
  }

  /** What is shown by the members that this process is: each is renewed by itself, long before its end (milliseconds since 1970). */
  listCertificates(): readonly { readonly role: Role; readonly service: string; readonly endsAt: number }[] {
    return [...this.#members].map(({ role, service, expiresAt }) => ({ role, service, endsAt: expiresAt }));
  }

  /** What TXT records of a service are signed with and recognised by, the current key's first. */
  txtKeys(service: string): readonly TxtKey[] {
    return listTxtKeys(this.#ring, service);
  }

  /** Calls back when the keys are others; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Goes on with other keys: what is established stays, what comes is judged by them. Rejects with a MeshError where a member
   * of this process would lose its role; then nothing has changed. The same keys once more change nothing.
   */
  async change(ring: KeyRing): Promise<void> {
    if (formatKeyRing(ring) === formatKeyRing(this.#ring)) return;
    const members = [...this.#members];
    for (const member of members) member.requireEntitled(ring);
    this.#ring = ring;
    this.notices.change(ring);
    await Promise.all(members.map((member) => member.change(ring)));
    for (const listener of this.#listeners) listener();
  }
}
