import type { KeyRing, MachineIdentity, NoticeList, Seen, Self } from '@mdns-ambassador/mesh';
import { choosePlace, listMeshIds } from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_UNAVAILABLE, EXIT_USAGE } from '../../exit/exit-codes.ts';
import type { Contact } from '../../network/mesh-contact.ts';
import { escapeText } from '../../output/escape.ts';
import { joinWords } from '../../output/phrases.ts';

/** Digits of a key by which a person may name a machine. */
const SHORTEST_KEY = 8;
const KEY = new RegExp(`^[0-9a-f]{${SHORTEST_KEY},40}$`, 'i');

/** A machine of the mesh that is known here. */
export interface MeshMachine extends Omit<Seen, 'machine'> {
  /** As keepers have named it last. */
  readonly name: string;
  readonly isReached: boolean;
  readonly isSelf: boolean;
}

/** A place where somebody shows no machine. */
type Nameless = Pick<Seen, 'place' | 'seenAt'>;

export interface KnownMesh {
  /** By name; those that are removed are not among them. */
  readonly machines: readonly MeshMachine[];
  readonly nameless: readonly Nameless[];
}

export interface MeshFacts {
  readonly ring: KeyRing;
  readonly list: NoticeList;
  readonly self: Self | undefined;
  /** Of all meshes of the ring. */
  readonly seen: readonly Seen[];
  readonly contacts: readonly Contact[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Everybody who is known: who was met, who is linked now, and this machine. Pure. */
export function describeMachines({ ring, list, self, seen, contacts, now }: MeshFacts): KnownMesh {
  const [current] = listMeshIds(ring);
  const byKey = new Map<string, MeshMachine>();
  const add = (one: Omit<Seen, 'machine'> & { readonly machine: string | undefined }, isReached: boolean): void => {
    if (one.keyId === '' || list.isRemoved(one.keyId)) return;
    const isSelf = self?.keyIds.includes(one.keyId) === true;
    const name = list.nameOf(one.keyId) ?? one.machine ?? '';
    const known = byKey.get(one.keyId);
    const place = known === undefined ? one.place : choosePlace(known, one);
    byKey.set(one.keyId, { ...one, place, name, isSelf, isReached: isReached || known?.isReached === true });
  };
  for (const one of seen.toSorted((a, b) => a.seenAt - b.seenAt)) add(one, false);
  for (const { identity, address } of contacts) {
    if (identity !== undefined && identity.kind !== 'nameless') add(toSeen(identity, address, now), true);
  }
  const [ownKey] = self?.keyIds ?? [];
  if (self !== undefined && ownKey !== undefined && current !== undefined) {
    const { kind, machine, may } = self;
    add({ keyId: ownKey, kind, machine, may, place: '', seenAt: now, expiresAt: now }, true);
  }
  const machines = [...byKey.values()].toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
  const nameless = new Map(
    seen.flatMap(({ keyId, place, seenAt }) => (keyId === '' ? [[place, seenAt] as const] : [])),
  );
  for (const { identity, address } of contacts) if (identity?.kind === 'nameless') nameless.set(address, now);
  return { machines, nameless: [...nameless].map(([place, seenAt]) => ({ place, seenAt })) };
}

/** The machine (for people: `of this mesh`) that a person means by its name, or by the first digits of its key. Throws a CliError where there is none, or several. */
export function findMachine<Known extends Pick<MeshMachine, 'keyId' | 'name'>>(
  word: string,
  known: readonly Known[],
  which = 'of this mesh',
): Known {
  const name = word.toLowerCase();
  // A machine may be called like another's key.
  const found = known.filter((one) => one.name === name || (KEY.test(word) && one.keyId.startsWith(name)));
  const [machine, another] = found;
  if (machine === undefined) {
    const names = known.map((one) => one.name);
    const others = names.length === 0 ? 'none is known here' : `known are ${joinWords(names)}`;
    throw new CliError(
      EXIT_UNAVAILABLE,
      `no machine ${which} is called ${escapeText(word)}: ${others}; write one of these, or ${SHORTEST_KEY} digits of its key at least`,
    );
  }
  if (another !== undefined) {
    const isNamed = found.every((one) => one.name === name);
    const keys = found.map(({ keyId }) => (isNamed ? keyId.slice(0, SHORTEST_KEY) : keyId));
    throw new CliError(
      EXIT_USAGE,
      `${found.length} machines are called ${escapeText(word)}${isNamed ? '' : ', or have a key that begins so'}; write the key of the one that you mean: ${joinWords(keys)}`,
    );
  }
  return machine;
}

function toSeen(identity: MachineIdentity, place: string, now: number): Seen {
  const { keyId, kind, machine, may, expiresAt } = identity;
  return { keyId, kind, machine, may, place, seenAt: now, expiresAt };
}
