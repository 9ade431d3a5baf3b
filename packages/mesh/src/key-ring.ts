import { type Bundle, formatBundle, isBundleText, parseBundle } from './keys/bundle.ts';
import { deriveMachineTxtKey, deriveMachineTxtSeed, deriveMeshId, deriveTxtKey } from './keys/derive.ts';
import { formatMeshKey, isMeshKeyText, type MeshKey, parseMeshKey } from './keys/mesh-key.ts';
import { formatMachineKey, isMachineKeyText, type MachineKey, parseMachineKey } from './membership/machine-key.ts';
import { describeMay, isAllowed } from './membership/may.ts';
import { formatMembership, isMembershipText, type Membership, parseMembership } from './membership/membership.ts';
import { MeshError } from './mesh-error.ts';
import type { Role } from './role.ts';

/** What a key file holds: the whole of one mesh (a keeper's), a machine's own key with its membership, or a bundle cut out of the mesh key. */
export type KeyRing =
  /** `previous` is still accepted, until it is dropped. */
  | { readonly kind: 'keys'; readonly current: MeshKey; readonly previous?: MeshKey }
  | { readonly kind: 'member'; readonly key: MachineKey; readonly membership: Membership }
  | { readonly kind: 'bundle'; readonly bundle: Bundle };

/** Before the previous key, in the file. */
const PREVIOUS = 'previous ';
const MEMBER_HEADING =
  '# ambassador machine key, and what the mesh says of it: whoever has both is this machine. Keep it secret, and copy it nowhere.\n';
const HEADING = '# ambassador mesh key: whoever has it is a keeper of the mesh. Keep it secret.\n';

/** The current key first. */
export function listKeys(ring: KeyRing & { readonly kind: 'keys' }): readonly MeshKey[] {
  return ring.previous === undefined ? [ring.current] : [ring.current, ring.previous];
}

/** The public ids of the mesh, the current key's first. */
export function listMeshIds(ring: KeyRing): readonly string[] {
  switch (ring.kind) {
    case 'keys':
      return listKeys(ring).map(deriveMeshId);
    case 'member':
      return ring.membership.parts.map(({ meshId }) => meshId);
    case 'bundle':
      return ring.bundle.parts.map(({ meshId }) => meshId);
    default:
      return ring satisfies never;
  }
}

/** What TXT records of one service are signed with and recognised by in one mesh: among those who know machines, among those who know none, or both. */
export interface TxtKey {
  readonly meshId: string;
  readonly machineKey: Uint8Array | undefined;
  readonly roleKey: Uint8Array | undefined;
}

/** Empty where the ring has nothing to do with the service. The current mesh key's first. */
export function listTxtKeys(ring: KeyRing, service: string): readonly TxtKey[] {
  const folded = service.toLowerCase();
  switch (ring.kind) {
    case 'keys':
      return listKeys(ring).map((key) => ({
        meshId: deriveMeshId(key),
        machineKey: deriveMachineTxtKey(deriveMachineTxtSeed(key), folded),
        roleKey: deriveTxtKey(key, folded),
      }));
    case 'member':
      return ring.membership.parts.flatMap(({ meshId, txtSeed, grants }) => {
        const grant = grants.find((one) => one.service === folded);
        const machineKey = txtSeed === undefined ? grant?.machineTxtKey : deriveMachineTxtKey(txtSeed, folded);
        return machineKey === undefined ? [] : [{ meshId, machineKey, roleKey: grant?.txtKey }];
      });
    case 'bundle':
      if (ring.bundle.service !== folded) return [];
      return ring.bundle.parts.map(({ meshId, txtKey }) => ({ meshId, machineKey: undefined, roleKey: txtKey }));
    default:
      return ring satisfies never;
  }
}

/** Why a ring can't take this role for this service; undefined where it can. */
export function explainRefusal(ring: KeyRing, role: Role, service: string): string | undefined {
  if (ring.kind === 'keys') return undefined;
  if (ring.kind === 'member') {
    const { machine, may } = ring.membership.parts[0].identity;
    if (isAllowed(may, role, service)) return undefined;
    const what = role === 'peer' ? 'it has no peer links' : `it can't ${role} ${service}`;
    return `this machine, ${machine} in the mesh, may ${describeMay(may)}, so that ${what}; have a keeper invite it anew (ambassador mesh invite)`;
  }
  const { bundle } = ring;
  if (bundle.role === role && bundle.service === service.toLowerCase()) return undefined;
  if (role === 'peer' || role === 'view') {
    return `the token in the mesh key file can ${bundle.role} ${bundle.service} and nothing else, so it has no peer links; use the mesh key itself there`;
  }
  return `the token in the mesh key file can ${bundle.role} ${bundle.service} and nothing else, so it can't ${role} ${service}; ask for the output of ambassador mesh token --${role} ${service}`;
}

/** The text of a key file. */
export function formatKeyRing(ring: KeyRing): string {
  if (ring.kind === 'bundle') return `${formatBundle(ring.bundle)}\n`;
  if (ring.kind === 'member') {
    return `${MEMBER_HEADING}${formatMachineKey(ring.key)}\n${formatMembership(ring.membership.parts)}\n`;
  }
  const previous = ring.previous === undefined ? '' : `${PREVIOUS}${formatMeshKey(ring.previous)}\n`;
  return `${HEADING}${formatMeshKey(ring.current)}\n${previous}`;
}

/** Whether it is, or was meant to be, a key or a token itself. */
export function isKeyText(text: string): boolean {
  return isMeshKeyText(text) || isBundleText(text) || isMachineKeyText(text) || isMembershipText(text);
}

/** Throws a MeshError that says what is wrong and in which line. */
export function parseKeyRing(text: string): KeyRing {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
  const [first, second, third] = lines;
  if (first === undefined)
    throw new MeshError('MALFORMED_KEY', 'there is no mesh key in it; copy the file that mesh init wrote');
  if (third !== undefined) throw refuseLine(third.number, 'a key file has one key and its previous one at most');
  if (isBundleText(first.text)) {
    if (second !== undefined) throw refuseLine(second.number, 'nothing follows a token');
    return { kind: 'bundle', bundle: parseLine(first, parseBundle) };
  }
  if (isMachineKeyText(first.text)) return parseMember(first, second);
  const current = parseLine(first, parseMeshKey);
  if (second === undefined) return { kind: 'keys', current };
  if (!second.text.startsWith(PREVIOUS)) {
    throw refuseLine(second.number, `a second key stands behind the word ${PREVIOUS.trim()}`);
  }
  const previous = parseLine({ ...second, text: second.text.slice(PREVIOUS.length).trim() }, parseMeshKey);
  return { kind: 'keys', current, previous };
}

interface KeyLine {
  readonly text: string;
  readonly number: number;
}

function parseMember(first: KeyLine, second: KeyLine | undefined): KeyRing {
  const key = parseLine(first, parseMachineKey);
  if (second === undefined) throw refuseLine(first.number, 'no membership follows the machine key; join the mesh anew');
  const membership = parseLine(second, parseMembership);
  if (membership.keyId !== key.id) throw refuseLine(second.number, 'this is the membership of another machine');
  return { kind: 'member', key, membership };
}

function parseLine<Value>({ text, number }: KeyLine, parse: (text: string) => Value): Value {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof MeshError) throw refuseLine(number, error.message);
    throw error;
  }
}

function refuseLine(number: number, problem: string): MeshError {
  return new MeshError('MALFORMED_KEY', `line ${number}: ${problem}`);
}
