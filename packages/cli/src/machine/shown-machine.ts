import { createHash } from 'node:crypto';

/** Stands for a machine in what is shown to others, and tells nothing of what else is derived from its identity: 16 hexadecimal digits. */
export function deriveShownId(identity: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['ambassador', 'shown', identity]))
    .digest('hex')
    .slice(0, 16);
}
