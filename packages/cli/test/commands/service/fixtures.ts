import type { Duty } from '../../../src/commands/service/duty.ts';
import type { ServiceManager } from '../../../src/commands/service/host.ts';
import { findHost } from '../../../src/commands/service/place.ts';
import type { Site } from '../../../src/commands/service/site.ts';
import type { Scope } from '../../../src/process/scope.ts';

export const DUTY: Duty = {
  config: '/etc/ambassador/ambassador.yaml',
  isReadableByAll: true,
  key: undefined,
  isRenewed: false,
  isOpen: false,
  hasLowPort: false,
  asksDocker: false,
  tellsContainers: false,
};

export function arrangeSite(platform: NodeJS.Platform, scope: Scope, change: Partial<Site> = {}): Site {
  const isWindows = platform === 'win32';
  return {
    platform,
    scope,
    uid: isWindows ? undefined : scope === 'system' ? 0 : 501,
    user: isWindows ? 'HOUSE\\anna' : 'anna',
    home: isWindows ? 'C:\\Users\\anna' : '/home/anna',
    folders: {},
    data: scope === 'system' ? 'C:\\ProgramData' : 'C:\\Users\\anna\\AppData\\Local',
    node: isWindows ? 'C:\\Program Files\\nodejs\\node.exe' : '/usr/bin/node',
    program: isWindows ? 'C:\\ambassador\\bin\\ambassador.js' : '/usr/lib/ambassador/bin/ambassador.js',
    hasSystemd: true,
    isLingering: false,
    hasStateKey: false,
    ...change,
  };
}

export function arrangeHost(platform: NodeJS.Platform, scope: Scope, change: Partial<Site> = {}): ServiceManager {
  const host = findHost(arrangeSite(platform, scope, change));
  if (host === undefined) throw new Error(`no host on ${platform}`);
  return host;
}

/** The commands that are run where the file was changed, or where it was there already. */
export function listCommands(
  steps: ServiceManager['install'],
  when: 'changed' | 'same' = 'changed',
): readonly string[] {
  return steps.filter((step) => step.when === undefined || step.when === when).map(({ words }) => words.join(' '));
}
