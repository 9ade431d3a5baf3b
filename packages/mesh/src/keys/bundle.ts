import { MeshError } from '../mesh-error.ts';
import { isServiceName, oppositeRole, type Role } from '../role.ts';
import { issueAuthority, pemToDer } from '../x509.ts';
import { formatChecked, parseChecked } from './checked-text.ts';
import { createAuthorityKey, deriveAuthoritySeed, deriveMeshId, deriveTxtKey } from './derive.ts';
import type { MeshKey } from './mesh-key.ts';

/** A bundle's text: `ambt1_` and base64url. */
const PREFIX = 'ambt1_';
const MESH_ID_BYTES = 8;
const KEY_BYTES = 32;
const ROLES: readonly Role[] = ['announce', 'proxy'];
/** The current key's part, and the previous one's. */
const MAX_PARTS = 2;
const MAX_CERTIFICATE_BYTES = 2_048;
const MAX_TEXT = 8_192;

/** What a bundle holds of one mesh key. */
interface BundlePart {
  /** 16 hexadecimal digits. */
  readonly meshId: string;
  /** The private half of the authority for the bundle's own role. */
  readonly seed: Uint8Array;
  readonly txtKey: Uint8Array;
  /** The public half of the authority for the other role. DER. */
  readonly peerAuthority: Uint8Array;
}

/** Least privilege: it proves one role for one service, and recognises the other role of that service. */
export interface Bundle {
  readonly role: Role;
  readonly service: string;
  /** The current mesh key's first. */
  readonly parts: readonly BundlePart[];
}

/** Cuts a bundle out of mesh keys, the current one first. `service` in lower case. */
export async function cutBundle(keys: readonly MeshKey[], role: Role, service: string): Promise<Bundle> {
  const other = oppositeRole(role);
  const parts = keys.slice(0, MAX_PARTS).map(async (key): Promise<BundlePart> => {
    const meshId = deriveMeshId(key);
    const peerKey = createAuthorityKey(deriveAuthoritySeed(key, other, service));
    const peerAuthority = await issueAuthority(peerKey, { meshId, role: other, service });
    return {
      meshId,
      seed: deriveAuthoritySeed(key, role, service),
      txtKey: deriveTxtKey(key, service),
      peerAuthority: pemToDer(peerAuthority),
    };
  });
  return { role, service, parts: await Promise.all(parts) };
}

export function formatBundle({ role, service, parts }: Bundle): string {
  const name = Buffer.from(service, 'latin1');
  const body = Buffer.concat([
    Uint8Array.of(ROLES.indexOf(role), name.length),
    name,
    Uint8Array.of(parts.length),
    ...parts.flatMap(({ meshId, seed, txtKey, peerAuthority }) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(peerAuthority.length);
      return [Buffer.from(meshId, 'hex'), seed, txtKey, length, peerAuthority];
    }),
  ]);
  return formatChecked(PREFIX, body);
}

export function isBundleText(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Throws a MeshError that says what is wrong with the text, which is not repeated. */
export function parseBundle(text: string): Bundle {
  const body = parseChecked(PREFIX, text, MAX_TEXT);
  if (typeof body === 'string') throw refuse(`it ${body}`);
  const bundle = readBody(new BundleReader(body));
  if (bundle === undefined) throw refuse('it was made by a version that this one does not know');
  return bundle;
}

function readBody(reader: BundleReader): Bundle | undefined {
  const role = ROLES[reader.byte() ?? ROLES.length];
  const service = reader.take(reader.byte() ?? 0)?.toString('latin1') ?? '';
  const count = reader.byte() ?? 0;
  if (role === undefined || !isServiceName(service) || count < 1 || count > MAX_PARTS) return undefined;
  const parts: BundlePart[] = [];
  for (let index = 0; index < count; index++) {
    const meshId = reader.take(MESH_ID_BYTES)?.toString('hex');
    const seed = reader.take(KEY_BYTES);
    const txtKey = reader.take(KEY_BYTES);
    const length = reader.take(2)?.readUInt16BE() ?? 0;
    const peerAuthority = length > MAX_CERTIFICATE_BYTES ? undefined : reader.take(length);
    if (meshId === undefined || seed === undefined || txtKey === undefined || peerAuthority === undefined)
      return undefined;
    parts.push({ meshId, seed, txtKey, peerAuthority });
  }
  return reader.isAtEnd ? { role, service, parts } : undefined;
}

class BundleReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number | undefined {
    return this.take(1)?.[0];
  }

  take(length: number): Buffer | undefined {
    const end = this.#at + length;
    if (end > this.#bytes.length) return undefined;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function refuse(problem: string): MeshError {
  return new MeshError(
    'MALFORMED_KEY',
    `this is no mesh token: ${problem}; copy the whole line that mesh token printed`,
  );
}
