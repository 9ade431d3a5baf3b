import { escapeText } from './escape.ts';

/** A keeper has removed a machine, or let it in again. */
export function describeStanding(event: 'machine-removed' | 'machine-restored', name: string): string {
  return event === 'machine-removed'
    ? `${escapeText(name)} was removed from the mesh: it is refused, and what it had open is closed`
    : `${escapeText(name)} is in the mesh again`;
}
