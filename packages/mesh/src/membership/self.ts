import { hostname } from 'node:os';
import { type KeyRing, listKeys } from '../key-ring.ts';
import { deriveKeeperSeed } from '../keys/derive.ts';
import type { KeeperMachine } from '../standing.ts';
import { MachineKey } from './machine-key.ts';
import { foldMachineName } from './machine-name.ts';
import type { May } from './may.ts';

/** This machine, as others of the mesh see it. */
export interface Self {
  readonly kind: 'keeper' | 'member';
  readonly machine: string;
  /** The current mesh key's first. */
  readonly keyIds: readonly string[];
  readonly may: May;
}

/** Undefined for a token, which is no machine. `machine`: what a keeper is called, the host's name unless said. */
export function describeSelf(ring: KeyRing, machine: KeeperMachine = nameHost()): Self | undefined {
  switch (ring.kind) {
    case 'keys': {
      const keyIds = listKeys(ring).map((key) => new MachineKey(deriveKeeperSeed(key, machine.id)).id);
      return { kind: 'keeper', machine: machine.name, keyIds, may: { kind: 'all' } };
    }
    case 'member': {
      const { machine: name = '', may } = ring.membership.parts[0].identity;
      return { kind: 'member', machine: name, keyIds: [ring.membership.keyId], may };
    }
    case 'bundle':
      return undefined;
    default:
      return ring satisfies never;
  }
}

/** What a keeper is called who is given no name. */
export function nameHost(): KeeperMachine {
  return { name: foldMachineName(hostname()), id: hostname() };
}
