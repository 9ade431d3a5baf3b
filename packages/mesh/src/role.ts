import { MeshError } from './mesh-error.ts';

/** Which side of a connection a member may be: who offers a service, who carries clients to it, either end of a peer link, or who shows itself to such a one and is told of nothing. */
export type Role = 'announce' | 'proxy' | 'peer' | 'view';

/** Of a TLS connection. Peer links show at either end what servers show. */
export type End = 'server' | 'client';

/** Stands for a service in the certificates of peer links, which are of none. */
export const PEER_SERVICE = 'mesh';

/** Names that need no quoting in a certificate or a URI. */
const SERVICE = /^(?=.{1,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

export function oppositeRole(role: Role): Role {
  switch (role) {
    case 'announce':
      return 'proxy';
    case 'proxy':
      return 'announce';
    case 'peer':
    case 'view':
      return 'peer';
    default:
      return role satisfies never;
  }
}

export function isServiceName(text: string): boolean {
  return SERVICE.test(text);
}

/** The name as certificates carry it: in lower case. Throws a MeshError for what is no service name. */
export function foldServiceName(service: string): string {
  const folded = service.toLowerCase();
  if (isServiceName(folded)) return folded;
  throw new MeshError('NOT_ENTITLED', `"${service}" is no service name: use a-z, 0-9 and -`);
}

/** The URI that names a member in its certificate (CONTRACT 4). */
export function formatMemberUri(meshId: string, role: Role, service: string): string {
  return `ambassador://${meshId}/${role}/${service}`;
}
