import { createHash } from 'node:crypto';

/** What tells this machine from all others. */
export interface MachineTraits {
  /** Kept for good, such as a random one in a file; clones of a machine may share it. */
  readonly seed: string;
  /** Of its network interfaces, any notation; none of it is used where there are none. */
  readonly macs: readonly string[];
}

/** Stands for a machine, the same at each start of a process: 64 hexadecimal digits that tell nothing of what they were made of. */
export function deriveIdentity({ seed, macs }: MachineTraits): string {
  return digest('machine', seed, chooseMac(macs) ?? '').toString('hex');
}

/** Stands for a machine in what is shown to others, and tells nothing of what else is derived from its identity: 16 hexadecimal digits. */
export function deriveShownId(identity: string): string {
  return digest('shown', identity).toString('hex').slice(0, 16);
}

/**
 * In the place of random numbers, in [0, 1): 32 draws, the same for the same words at each start on one machine. What runs at the same
 * time on it has other words.
 */
export function drawAlike(identity: string, ...words: readonly string[]): () => number {
  const bytes = digest('draws', identity, ...words);
  let at = 0;
  return () => (bytes[at++ % bytes.length] ?? 0) / 256;
}

/** The lowest that its maker gave; what software made up (bridges, containers, privacy) may be another tomorrow. */
function chooseMac(macs: readonly string[]): string | undefined {
  const known = macs.map((mac) => mac.toLowerCase().replaceAll('-', ':')).filter((mac) => /[1-9a-f]/.test(mac));
  const given = known.filter((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 2) === 0);
  return (given.length > 0 ? given : known).toSorted()[0];
}

/** As JSON, so that no two lists of words read alike. */
function digest(...words: readonly string[]): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(['ambassador', ...words]))
    .digest();
}
