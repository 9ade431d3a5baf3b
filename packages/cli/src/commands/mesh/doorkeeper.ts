import { systemClock } from '@mdns-ambassador/mdns';
import {
  admitMachine,
  type KeyRing,
  type May,
  Mesh,
  MeshError,
  type NoticeStore,
  parseJoinRequest,
  parseMembership,
  type RosterStore,
} from '@mdns-ambassador/mesh';
import type { InvitationAnswer } from '@mdns-ambassador/mesh/invitation';
import { errorMessage } from '@mdns-ambassador/relay';
import { keepNotices } from '../../network/notices.ts';
import { keepRoster } from '../../network/roster.ts';
import type { Surroundings } from '../../process/surroundings.ts';

/** The longest name that a machine has. */
const MAX_CHARACTERS = 32;

export interface DoorkeeperOptions {
  readonly ring: KeyRing;
  /** What the key file holds by now. Throws a MeshError. */
  readonly readAgain: () => KeyRing;
  /** What who is let in may do. */
  readonly may: May;
  readonly surroundings: Surroundings;
}

/** Lets machines in that have proved a code, under names that no other machine has, and notes them for `mesh members`. */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  /** Knows all that is kept of who was met and who is removed. */
  readonly mesh: Mesh;
  readonly #roster: RosterStore;
  readonly #notices: NoticeStore;
  /** What the last one is called that was let in. */
  machine = '';

  constructor(options: DoorkeeperOptions) {
    const { ring, surroundings } = options;
    this.#options = options;
    this.mesh = new Mesh(ring, { clock: systemClock });
    this.#roster = keepRoster(this.mesh, surroundings);
    this.#notices = keepNotices(this.mesh, surroundings, (error) => {
      surroundings.stderr.line(`ambassador: what keepers say can't be kept: ${errorMessage(error)}`);
    });
  }

  /** `from`: the address of who asks; `context`: what both ends know of the connection. */
  async answer(request: string, context: Uint8Array, from: string): Promise<InvitationAnswer> {
    try {
      return { kind: 'membership', text: await this.#admit(request, context, from) };
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      return { kind: 'refused', reason: error.message };
    }
  }

  /** What is to be kept is kept then. */
  close(): void {
    this.#roster.close();
    this.#notices.close();
  }

  async #admit(request: string, context: Uint8Array, from: string): Promise<string> {
    const { readAgain, may } = this.#options;
    const { name: wished, publicKey } = parseJoinRequest(request, context);
    await this.mesh.change(readAgain());
    const name = chooseFreeName(wished, this.#listNames());
    const text = await admitMachine(this.mesh.ring, { publicKey }, { name, may, now: Date.now() });
    const { parts } = parseMembership(text);
    if (parts.some(({ identity }) => this.mesh.notices.list.isRemoved(identity.keyId))) {
      throw new MeshError(
        'NOT_ENTITLED',
        'this machine was removed from the mesh; only mesh remove --undo lets it in again',
      );
    }
    for (const { identity } of parts) this.#roster.note(identity, from);
    this.machine = name;
    return text;
  }

  /** Of this machine, and of all others that were ever met and are not removed. */
  #listNames(): ReadonlySet<string> {
    const { list } = this.mesh.notices;
    const seen = this.mesh.ids.flatMap((meshId) => this.#roster.list(meshId));
    const others = seen.flatMap(({ keyId, machine }) =>
      list.isRemoved(keyId) ? [] : [list.nameOf(keyId) ?? machine ?? ''],
    );
    return new Set([...others, this.mesh.self?.machine ?? '']);
  }
}

/** The name that a machine wishes, or the next one that no other has: `laptop-2`. */
export function chooseFreeName(wished: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wished)) return wished;
  for (let count = 2; ; count++) {
    const end = `-${count}`;
    const name = wished.slice(0, MAX_CHARACTERS - end.length).replace(/-+$/, '') + end;
    if (!taken.has(name)) return name;
  }
}
