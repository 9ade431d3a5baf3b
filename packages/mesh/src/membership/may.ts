import { isServiceName, type Role } from '../role.ts';

/** Services in both lists together. */
export const MAX_GRANTS = 10;

/** What a machine may do: use the whole mesh, or announce and reach these services alone. Names in lower case, sorted, none twice. */
export type May =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly announce: readonly string[]; readonly proxy: readonly string[] };

export interface Grant {
  readonly role: 'announce' | 'proxy';
  readonly service: string;
}

/** In the usual order: what is announced first. */
export function listGrants(may: May & { readonly kind: 'some' }): readonly Grant[] {
  return [
    ...may.announce.map((service): Grant => ({ role: 'announce', service })),
    ...may.proxy.map((service): Grant => ({ role: 'proxy', service })),
  ];
}

/** What these words allow. Undefined where there are none, too many, or one is no service name. */
export function readGrants(grants: readonly Grant[]): (May & { readonly kind: 'some' }) | undefined {
  const list = (role: Role): readonly string[] =>
    [...new Set(grants.filter((grant) => grant.role === role).map(({ service }) => service.toLowerCase()))].toSorted();
  const may = { kind: 'some', announce: list('announce'), proxy: list('proxy') } as const;
  const services = [...may.announce, ...may.proxy];
  if (services.length === 0 || services.length > MAX_GRANTS || !services.every(isServiceName)) return undefined;
  return may;
}

/** Peer links carry the whole mesh; every machine may show itself. */
export function isAllowed(may: May, role: Role, service: string): boolean {
  if (may.kind === 'all' || role === 'view') return true;
  return role !== 'peer' && may[role].includes(service.toLowerCase());
}

/** For people, after "it may": `use the whole mesh`, `announce web and reach postgres, redis`. */
export function describeMay(may: May): string {
  if (may.kind === 'all') return 'use the whole mesh';
  const announce = may.announce.length === 0 ? [] : [`announce ${may.announce.join(', ')}`];
  const reach = may.proxy.length === 0 ? [] : [`reach ${may.proxy.join(', ')}`];
  return [...announce, ...reach].join(' and ');
}
