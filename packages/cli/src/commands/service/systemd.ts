import { listNotes, type ServiceManager, type Step } from './host.ts';
import type { Site } from './site.ts';
import { AGENT_FOLDER, writeUnit } from './systemd-unit.ts';

/** Where systemd keeps what a user of the service's own writes, and the link that leads there. */
const STATE_FOLDERS = ['/var/lib/private/ambassador', '/var/lib/ambassador'];
const UNIT = 'ambassador.service';

/** A unit of systemd's, or of the user's own systemd. */
export function createSystemd(site: Site): ServiceManager {
  const isSystem = site.scope === 'system';
  const folder = isSystem
    ? '/etc/systemd/system'
    : `${site.folders.XDG_CONFIG_HOME ?? `${site.home}/.config`}/systemd/user`;
  const control = isSystem ? ['systemctl'] : ['systemctl', '--user'];
  const step = (...words: readonly string[]): Step => ({ words: [...control, ...words] });
  const option = isSystem ? '' : '--user ';
  return {
    name: 'systemd',
    path: `${folder}/${UNIT}`,
    encoding: 'utf8',
    write: (duty) => writeUnit(site, duty, listNotes(duty.config)),
    install: [
      step('daemon-reload'),
      step('enable', UNIT),
      { ...step('restart', UNIT), when: 'changed' },
      { ...step('start', UNIT), when: 'same' },
    ],
    stop: [step('disable', '--now', UNIT)],
    forget: [step('daemon-reload'), { ...step('reset-failed', UNIT), mayFail: true }],
    leftovers: isSystem ? [AGENT_FOLDER] : [],
    // A mesh key there is its owner's.
    state: isSystem && !site.hasStateKey ? STATE_FOLDERS : [],
    query: [...control, 'is-active', UNIT],
    isRunning: (printed) => printed.trim() === 'active',
    when: describeTime(site),
    look: [`systemctl ${option}status ambassador`, `journalctl ${option}-u ambassador -f`],
  };
}

function describeTime({ scope, isLingering }: Site): string {
  if (scope === 'system' || isLingering) return 'from each start of this machine on';
  return 'while you are logged in (loginctl enable-linger: from each start of this machine on)';
}
