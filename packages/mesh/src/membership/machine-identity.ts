import type { KeyObject, X509Certificate } from 'node:crypto';
import { formatMemberUri } from '../role.ts';
import { identifyKey } from '../x509.ts';
import { isMachineName } from './machine-name.ts';
import { type Grant, listGrants, MAX_GRANTS, type May, readGrants } from './may.ts';

/**
 * Who is at the other end of a handshake. A `keeper` has the mesh key, a `member` the certificate of a keeper's for its own key; `nameless` is who has a
 * token, or speaks as the versions before machines had names did.
 */
export interface MachineIdentity {
  readonly meshId: string;
  readonly kind: 'keeper' | 'member' | 'nameless';
  /** The machine's name; undefined for who is nameless. */
  readonly machine: string | undefined;
  /** Stands for its key, also where it is nameless: 40 hexadecimal digits. */
  readonly keyId: string;
  /** Of the certificate that it showed, hexadecimal. */
  readonly serial: string;
  readonly may: May;
  /** When that certificate ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Of a keeper who has rotated the mesh key: the id of the mesh that is now. */
  readonly next?: string;
}

const SCHEME = 'ambassador://';
const URI = /^ambassador:\/\/([0-9a-f]{16})\/(keeper|next|member|machine|announce|proxy)\/([a-z0-9-]{1,63})$/;
/** Who it is, and each thing that it may do. */
const MAX_URIS = MAX_GRANTS + 1;

/** What a keeper's certificate says of it: who it is, and, where it is of the previous mesh key, which mesh is now. */
export function formatKeeperUris(meshId: string, name: string, next: string | undefined): readonly string[] {
  return [`${SCHEME}${meshId}/keeper/${name}`, ...(next === undefined ? [] : [`${SCHEME}${meshId}/next/${next}`])];
}

/** What a member's certificate says of it: first who it is, then, where that is not the whole mesh, what it may do. */
export function formatMachineUris(meshId: string, name: string, may: May): readonly string[] {
  if (may.kind === 'all') return [`${SCHEME}${meshId}/member/${name}`];
  return [
    `${SCHEME}${meshId}/machine/${name}`,
    ...listGrants(may).map(({ role, service }) => formatMemberUri(meshId, role, service)),
  ];
}

/**
 * Reads what the authority of a mesh's machines, `rootKey`, says of the holder of a certificate; undefined where it is not that authority's, or
 * says nothing that is known here. Whether it has expired is TLS's to say.
 */
export function readMachineIdentity(
  certificate: X509Certificate,
  meshId: string,
  rootKey: KeyObject,
): MachineIdentity | undefined {
  const named = readUris(certificate.subjectAltName ?? '', meshId);
  if (named === undefined || !certificate.verify(rootKey)) return undefined;
  return {
    ...named,
    meshId,
    keyId: identifyKey(certificate.publicKey),
    serial: certificate.serialNumber.toLowerCase(),
    expiresAt: Date.parse(certificate.validTo),
  };
}

/** The mesh of which the certificate names a machine, whoever says so; undefined where it names none. */
export function readMachineMesh({ subjectAltName = '' }: X509Certificate): string | undefined {
  return /^URI:ambassador:\/\/([0-9a-f]{16})\/(?:keeper|member|machine)\//.exec(subjectAltName)?.[1];
}

function readUris(
  names: string,
  meshId: string,
): Pick<MachineIdentity, 'kind' | 'machine' | 'may' | 'next'> | undefined {
  const entries = names.split(', ');
  if (entries.length > MAX_URIS) return undefined;
  const words = entries.map((entry) => (entry.startsWith('URI:') ? URI.exec(entry.slice(4)) : null));
  const [first, ...others] = words.map((word) => ({ mesh: word?.[1], kind: word?.[2], name: word?.[3] ?? '' }));
  if (first === undefined || [first, ...others].some(({ mesh }) => mesh !== meshId) || !isMachineName(first.name)) {
    return undefined;
  }
  const { kind, name: machine } = first;
  if (kind === 'keeper') {
    const [next, ...rest] = others;
    if (rest.length > 0 || (next !== undefined && next.kind !== 'next')) return undefined;
    return { kind, machine, may: { kind: 'all' }, ...(next === undefined ? {} : { next: next.name }) };
  }
  if (kind === 'member') return others.length > 0 ? undefined : { kind, machine, may: { kind: 'all' } };
  if (kind !== 'machine') return undefined;
  const grants = others.flatMap(({ kind: role, name: service }): readonly Grant[] =>
    role === 'announce' || role === 'proxy' ? [{ role, service }] : [],
  );
  const may = grants.length === others.length ? readGrants(grants) : undefined;
  return may === undefined ? undefined : { kind: 'member', machine, may };
}
