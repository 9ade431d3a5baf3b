import type { AnnouncementOptions } from '../src/announcement-options.ts';

/** A redis on port 12345 as the command line announces it. */
export function announcementOptions(changes: Partial<AnnouncementOptions> = {}): AnnouncementOptions {
  return {
    service: 'redis',
    instance: 'redis on h1',
    type: '_redis._tcp',
    subtypes: [],
    port: 12345,
    priority: 0,
    weight: 0,
    txt: new Map(),
    check: { kind: 'tcp' },
    checkIntervalMs: 1000,
    rise: 1,
    fall: 1,
    relay: false,
    ...changes,
  };
}
