import type { ServiceManager } from './host.ts';
import { createLaunchd } from './launchd.ts';
import type { Site } from './site.ts';
import { createSystemd } from './systemd.ts';
import { createTaskScheduler } from './task-scheduler.ts';

/** Undefined where it is not known what runs services. */
export function findHost(site: Site): ServiceManager | undefined {
  switch (site.platform) {
    case 'linux':
      return createSystemd(site);
    case 'darwin':
      return createLaunchd(site);
    case 'win32':
      return createTaskScheduler(site);
    default:
      return undefined;
  }
}
