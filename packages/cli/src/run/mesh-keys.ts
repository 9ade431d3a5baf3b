import { type Endpoint, type EndpointDialler, type MembershipJudge, readTxtText } from '@mdns-ambassador/ambassador';
import type { DialService } from '@mdns-ambassador/checks';
import { type Instance, systemClock } from '@mdns-ambassador/mdns';
import {
  explainStranger,
  Mesh,
  MeshDialler,
  MeshError,
  PATIENCE_MS,
  readKeyFile,
  verifyTxt,
} from '@mdns-ambassador/mesh';
import type { MeshRequest } from '../mesh-request.ts';
import { describeQuarantine } from '../output/mesh-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import { watchFile } from './watch-file.ts';

/** Undefined in open mode. */
export function createMesh(request: MeshRequest | undefined): Mesh | undefined {
  if (request === undefined) return undefined;
  return new Mesh(request.ring, { clock: systemClock });
}

/** Takes over what the key file becomes; a broken file is told of, and what was before goes on. The returned function ends it. */
export function followKeyFile(mesh: Mesh, path: string, platform: NodeJS.Platform, reporter: Reporter): () => void {
  let ids = mesh.ids.join();
  const reload = async (): Promise<void> => {
    try {
      await mesh.change(readKeyFile(path, platform));
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

/** How the endpoints of one service are dialled through a mesh. */
export interface MeshPath {
  readonly dialler: EndpointDialler;
  readonly dialForCheck: DialService;
  /** Whether somebody there has proved to be a member. */
  readonly isProven: (address: string, port: number) => boolean;
}

export function createMeshPath(mesh: Mesh, service: string, reporter: Reporter): MeshPath {
  const dialler = new MeshDialler({
    mesh,
    service,
    onQuarantine: (event) => reporter.tell(describeQuarantine(event), { event: 'quarantined', ...event }),
  });
  return {
    dialler: {
      startDial: (target, timeoutMs, onSettled, endpoint: Endpoint) =>
        dialler.startDial(target, timeoutMs, onSettled, endpoint.mesh),
      patienceMs: PATIENCE_MS,
      close: () => dialler.close(),
    },
    dialForCheck: (target, signal) => dialler.dial(target, signal),
    isProven: (address, port) => dialler.isProven({ kind: 'tcp', address, port }),
  };
}

/** Tells members by what their TXT records show. */
export function createMembershipJudge(mesh: Mesh, service: string): MembershipJudge {
  const look = ({ name, host, port, txt }: Instance): Parameters<typeof verifyTxt> => [
    mesh.txtKeys(service),
    { service, instance: name, host, port, draining: readTxtText(txt, 'st') === 'drain' },
    (key) => readTxtText(txt, key),
    Date.now(),
  ];
  return {
    judge: (instance) => verifyTxt(...look(instance)),
    explain: (instance) => explainStranger(...look(instance)),
    onChange: (listener) => mesh.onChange(listener),
  };
}
