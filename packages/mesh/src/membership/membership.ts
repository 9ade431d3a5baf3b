import { type KeyObject, X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isObject, parseObject, type Unknowns } from '@mdns-ambassador/relay/read-value';
import { formatChecked, parseChecked } from '../keys/checked-text.ts';
import { MeshError } from '../mesh-error.ts';
import { identifyKey } from '../x509.ts';
import { type MachineIdentity, readMachineIdentity } from './machine-identity.ts';
import { isAllowed, listGrants, MAX_GRANTS } from './may.ts';

/** `ambm1_` and base64url. */
const PREFIX = 'ambm1_';
/** Characters of a membership. */
export const MAX_MEMBERSHIP_TEXT = 50_000;
const KEY_BYTES = 32;
const MAX_CERTIFICATE_BYTES = 2_048;
/** The current mesh key's part, and the previous one's. */
const MAX_PARTS = 2;
const MESH_ID = /^[0-9a-f]{16}$/;
const BASE64 = /^[\w-]*$/;

/** What one mesh key's keepers give to a machine for one role of one service: by it, versions and tokens that know no machines are met. */
export interface GrantPapers {
  readonly role: 'announce' | 'proxy';
  readonly service: string;
  /** For the machine's key, by the authority of its role and service. DER. */
  readonly leaf: Uint8Array;
  /** Of the other role of the service. DER. */
  readonly peerAuthority: Uint8Array;
  readonly txtKey: Uint8Array;
  /** Among machines. */
  readonly machineTxtKey: Uint8Array;
}

/** What a machine shows at one end of a connection, and the authority that says so. DER. */
export interface EndPapers {
  readonly root: Uint8Array;
  readonly certificate: Uint8Array;
}

/** What one mesh key's keepers say of a machine. */
interface MembershipPart extends EndPapers {
  readonly meshId: string;
  /** What the certificate says, and the key of the authority of the mesh's machines. */
  readonly identity: MachineIdentity;
  readonly rootKey: KeyObject;
  /** The same for the end that dials. */
  readonly client: EndPapers & { readonly rootKey: KeyObject };
  /** For a machine that may use the whole mesh. */
  readonly txtSeed: Uint8Array | undefined;
  /** For any other, one for each thing that it may do. */
  readonly grants: readonly GrantPapers[];
}

/** That a machine is in a mesh, and what it may do there: public but for what TXT records are signed with. */
export interface Membership {
  /** Of the machine's key. */
  readonly keyId: string;
  /** The current mesh key's first. */
  readonly parts: readonly [MembershipPart, ...MembershipPart[]];
}

/** What is written; the rest of a part is read from its certificates. */
export type WrittenPart = Pick<MembershipPart, 'meshId' | 'root' | 'certificate' | 'txtSeed' | 'grants'> & {
  readonly client: EndPapers;
};

export function formatMembership(parts: readonly WrittenPart[]): string {
  const written = parts.map(({ meshId, root, certificate, client, txtSeed, grants }) => ({
    mesh: meshId,
    root: encode(root),
    certificate: encode(certificate),
    client: { root: encode(client.root), certificate: encode(client.certificate) },
    ...(txtSeed === undefined ? {} : { txt: encode(txtSeed) }),
    ...(grants.length === 0 ? {} : { grants: grants.map(writeGrant) }),
  }));
  return formatChecked(PREFIX, Buffer.from(JSON.stringify({ v: 1, parts: written }), 'utf8'));
}

export function isMembershipText(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Throws a MeshError that says what is wrong with the text, which is not repeated. Each certificate in it is by the authority beside it, for one key and of
 * one name; that this is the authority of the mesh, who gave the text vouches for.
 */
export function parseMembership(text: string): Membership {
  const body = parseChecked(PREFIX, text, MAX_MEMBERSHIP_TEXT);
  if (typeof body === 'string') throw refuse(`it ${body}`);
  const { v, parts: written } = readObject(parseObject(body.toString('utf8')));
  if (v !== 1) throw refuse('it was made by a version that this one does not know');
  const [first, ...others] = readList(written, MAX_PARTS).map(readPart);
  if (first === undefined) throw refuse('it is of no mesh');
  const parts = [first, ...others] as const;
  const { keyId } = first.identity;
  if (others.some(({ identity }) => identity.keyId !== keyId)) throw refuse('it is for several keys');
  if (new Set(parts.map(({ meshId }) => meshId)).size < parts.length) throw refuse('it names a mesh twice');
  return { keyId, parts };
}

function writeGrant({ role, service, leaf, peerAuthority, txtKey, machineTxtKey }: GrantPapers): unknown {
  return {
    [role]: service,
    leaf: encode(leaf),
    peer: encode(peerAuthority),
    txt: encode(txtKey),
    machines: encode(machineTxtKey),
  };
}

function readPart(value: unknown): MembershipPart {
  const { mesh: meshId, client: dials, txt, grants: granted } = readObject(value);
  if (typeof meshId !== 'string' || !MESH_ID.test(meshId)) throw refuse('it names no mesh');
  const { identity, ...server } = readEnd(value, meshId);
  const { identity: dialling, ...client } = readEnd(dials, meshId);
  if (!isDeepStrictEqual({ ...dialling, serial: '' }, { ...identity, serial: '' })) {
    throw refuse('its certificates are not for one machine');
  }
  const parts = { meshId, ...server, identity, client };
  if (identity.may.kind === 'all') {
    return { ...parts, txtSeed: readBytes(txt, KEY_BYTES, KEY_BYTES), grants: [] };
  }
  const grants = readList(granted, MAX_GRANTS).map((grant) => readGrant(grant, identity));
  const listed = listGrants(identity.may);
  if (listed.length !== grants.length || !listed.every((grant, index) => isSame(grant, grants[index]))) {
    throw refuse('it is not for what its certificate says');
  }
  return { ...parts, txtSeed: undefined, grants };
}

function readEnd(value: unknown, meshId: string): MembershipPart['client'] & { readonly identity: MachineIdentity } {
  const written = readObject(value);
  const root = readCertificate(written.root);
  const certificate = readCertificate(written.certificate);
  const identity = readMachineIdentity(certificate, meshId, root.publicKey);
  if (identity === undefined || identity.kind !== 'member' || !isAuthority(root)) {
    throw refuse('its certificate is not of the mesh that it names');
  }
  return { root: root.raw, certificate: certificate.raw, rootKey: root.publicKey, identity };
}

function readGrant(value: unknown, { may, keyId }: MachineIdentity): GrantPapers {
  const { announce, proxy, ...papers } = readObject(value);
  const service = announce ?? proxy;
  const role = announce === undefined ? 'proxy' : 'announce';
  if (typeof service !== 'string' || !isAllowed(may, role, service)) {
    throw refuse('it is not for what its certificate says');
  }
  const leaf = readCertificate(papers.leaf);
  const peerAuthority = readCertificate(papers.peer);
  if (identifyKey(leaf.publicKey) !== keyId) throw refuse('it is for several keys');
  return {
    role,
    service,
    leaf: leaf.raw,
    peerAuthority: peerAuthority.raw,
    txtKey: readBytes(papers.txt, KEY_BYTES, KEY_BYTES),
    machineTxtKey: readBytes(papers.machines, KEY_BYTES, KEY_BYTES),
  };
}

function isSame(one: { role: string; service: string }, other: GrantPapers | undefined): boolean {
  return one.role === other?.role && one.service === other.service;
}

/** An authority signs itself. */
function isAuthority(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.verify(certificate.publicKey);
}

function readCertificate(value: unknown): X509Certificate {
  const bytes = readBytes(value, 1, MAX_CERTIFICATE_BYTES);
  try {
    const certificate = new X509Certificate(bytes);
    if (certificate.publicKey.asymmetricKeyType === 'ed25519') return certificate;
  } catch {
    // Told of below.
  }
  throw refuse('a certificate in it is none');
}

function readBytes(value: unknown, least: number, most: number): Buffer {
  const bytes = typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64url') : Buffer.alloc(0);
  if (bytes.length < least || bytes.length > most) throw refuse('a part of it is missing');
  return bytes;
}

function readList(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw refuse('a part of it is missing');
  return value;
}

/** What is none has nothing. */
function readObject(value: unknown): Unknowns {
  return isObject(value) ? value : {};
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function refuse(problem: string): MeshError {
  return new MeshError(
    'MALFORMED_KEY',
    `this is no membership of a mesh: ${problem}; join the mesh anew with mesh join`,
  );
}
