import type { AnnouncementView, ServiceView, Snapshot } from './snapshot.ts';

/** CONTRACT 3: `/v1/status`. */
export interface Status {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly announcements: readonly AnnouncementView[];
  readonly services: readonly ServiceView[];
}

/** Who runs, and for how long. */
export interface Identity {
  readonly version: string;
  readonly uptimeMs: number;
}

export function buildStatus({ announcements, services }: Snapshot, { version, uptimeMs }: Identity): Status {
  return { version, uptimeSeconds: Math.floor(uptimeMs / 1000), announcements, services };
}
