import type { InterfaceAddress, NetworkInterface } from './network.ts';

/** What happened between two readings of the interfaces. */
export type InterfaceChange =
  | { readonly kind: 'added'; readonly on: NetworkInterface }
  | { readonly kind: 'removed'; readonly name: string }
  /** `isMoved`: no address is left of those before, so this may be another network. */
  | { readonly kind: 'readdressed'; readonly on: NetworkInterface; readonly isMoved: boolean };

/** Compares two readings. An interface that was made anew under its old name is removed, then added. */
export function compareInterfaces(
  before: readonly NetworkInterface[],
  after: readonly NetworkInterface[],
): readonly InterfaceChange[] {
  const known = new Map(before.map((on) => [on.name, on]));
  const changes: InterfaceChange[] = [];
  for (const on of after) {
    const was = known.get(on.name);
    known.delete(on.name);
    changes.push(...compareOne(was, on));
  }
  const removed = [...known.keys()].map((name): InterfaceChange => ({ kind: 'removed', name }));
  return [...removed, ...changes];
}

function compareOne(was: NetworkInterface | undefined, on: NetworkInterface): readonly InterfaceChange[] {
  if (was === undefined) return [{ kind: 'added', on }];
  if (was.index !== on.index) {
    return [
      { kind: 'removed', name: on.name },
      { kind: 'added', on },
    ];
  }
  const before = new Map(was.addresses.map((address) => [describe(address), address.standing]));
  const kept = on.addresses.filter((address) => before.has(describe(address)));
  const isSame = kept.every((address) => before.get(describe(address)) === address.standing);
  if (isSame && kept.length === was.addresses.length && kept.length === on.addresses.length) return [];
  return [{ kind: 'readdressed', on, isMoved: kept.length === 0 }];
}

function describe({ address, prefixLength, scopeId }: InterfaceAddress): string {
  return `${address}/${prefixLength}%${scopeId}`;
}
