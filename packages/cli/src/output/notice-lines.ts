import { escapeText } from './escape.ts';

/** A keeper has removed a machine, or let it in again; `isSelf`: this one. */
export function describeStanding(event: 'machine-removed' | 'machine-restored', name: string, isSelf: boolean): string {
  const machine = escapeText(name);
  if (event === 'machine-restored') return `${machine} is in the mesh again`;
  return isSelf
    ? `this machine (${machine}) was removed from the mesh, and no other serves it or is served by it; a keeper can undo that with ambassador mesh remove --undo ${machine}`
    : `${machine} was removed from the mesh: it is refused, and what it had open is cut`;
}
