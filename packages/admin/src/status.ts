import { listUnready } from './readiness.ts';
import type { AnnouncementView, Phase, ServiceView, Snapshot } from './snapshot.ts';

/** Who runs. */
export interface ProcessView {
  readonly version: string;
  readonly pid: number;
  /** `announce`, `proxy`, `up` ... */
  readonly command: string;
  /** As Node names it: `linux`. */
  readonly platform: string;
  readonly hostName: string;
}

/** CONTRACT 3: `/v1/status`. */
export interface Status extends ProcessView {
  readonly uptimeSeconds: number;
  readonly phase: Phase;
  /** Why it is not ready, for people; empty when it is. */
  readonly unready: readonly string[];
  /** Of the mesh, and of those it was before; empty in open mode. */
  readonly meshes: readonly string[];
  /** What this machine was called when a keeper removed it from the mesh; absent where none did. */
  readonly removedAs?: string;
  readonly announcements: readonly AnnouncementView[];
  readonly services: readonly ServiceView[];
}

export function buildStatus(snapshot: Snapshot, process: ProcessView, uptimeMs: number): Status {
  const { announcements, services, phase, meshes, removedAs } = snapshot;
  const { version, ...rest } = process;
  const uptimeSeconds = Math.floor(uptimeMs / 1000);
  const removal = removedAs === undefined ? {} : { removedAs };
  const unready = listUnready(snapshot);
  return { version, uptimeSeconds, ...rest, phase, unready, meshes, ...removal, announcements, services };
}
