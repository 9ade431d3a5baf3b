import { systemClock } from '@mdns-ambassador/mdns';
import { type Mesh, MeshError } from '@mdns-ambassador/mesh';
import type { Reporter } from '../output/reporter.ts';
import type { MeshRequest } from '../requests/mesh-request.ts';
import { watchFile } from './watch-file.ts';

/** Takes over what the key file becomes; a broken file is told of, and what was before goes on. The returned function ends it. */
export function followKeyFile(mesh: Mesh, { path, readAgain }: MeshRequest, reporter: Reporter): () => void {
  let ids = mesh.ids.join();
  const reload = async (): Promise<void> => {
    try {
      await mesh.change(readAgain());
      if (ids === mesh.ids.join()) return;
      ids = mesh.ids.join();
      reporter.tell(`the mesh key has changed: ${describeIds(mesh)}`, { event: 'mesh-changed', mesh: mesh.ids });
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      reporter.tell(`the mesh key is kept as it was: ${error.message}`, { event: 'mesh-kept', reason: error.message });
    }
  };
  return watchFile(
    path,
    systemClock,
    () => void reload(),
    (reason) => {
      reporter.tell(`the mesh key file is not watched: ${reason}`, { event: 'mesh-unwatched', reason });
    },
  );
}

function describeIds({ ids: [current, previous] }: Mesh): string {
  return previous === undefined ? `mesh ${current}` : `mesh ${current}, and ${previous} is still accepted`;
}
