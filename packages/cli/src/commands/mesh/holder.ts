import { hostname } from 'node:os';
import { describeMay, foldMachineName, type KeyRing } from '@mdns-ambassador/mesh';

/** Who this machine is in its mesh: for people, behind the mesh's id, and for `--json`. */
export interface HolderDescription {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** `now` in milliseconds since 1970. */
export function describeHolder(ring: KeyRing, now: number): HolderDescription {
  switch (ring.kind) {
    case 'keys': {
      const machine = foldMachineName(hostname());
      return { text: `${machine} is a keeper: it has the mesh key`, json: { kind: 'keeper', machine } };
    }
    case 'bundle': {
      const { role, service } = ring.bundle;
      return { text: `a token to ${role} ${service}`, json: { kind: 'token', [role]: service } };
    }
    case 'member': {
      const { machine, may, expiresAt, keyId } = ring.membership.parts[0].identity;
      const ends = new Date(expiresAt).toISOString();
      const when = expiresAt <= now ? `ended at ${ends}; have a keeper invite it anew` : `until ${ends}`;
      const allowed = may.kind === 'all' ? {} : { announce: may.announce, proxy: may.proxy };
      return {
        text: `${machine} is a member and may ${describeMay(may)}, ${when}`,
        json: { kind: 'member', machine, ...allowed, keyId, ends },
      };
    }
    default:
      return ring satisfies never;
  }
}
