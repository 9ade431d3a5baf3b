import { formatTarget, isLocalTarget, type Target } from '@mdns-ambassador/relay';
import { CliError } from './cli-error.ts';
import { EXIT_REFUSED } from './exit-codes.ts';
import { parseListen } from './parse/listen.ts';
import type { Option } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';

export const ADMIN_OPTION: Option = {
  name: 'admin',
  kind: 'text',
  summary: 'Health, metrics, status and a dashboard over HTTP at ADDRESS:PORT or unix:PATH, for this machine only',
  byDefault: 'off',
  beginnings: ['127.0.0.1:', 'localhost:', 'unix:'],
};

/** Where the admin listens; undefined without `--admin`. Throws a CliError where other machines could connect. */
export function readAdminPlaces(settings: Settings): readonly Target[] | undefined {
  const places = settings.read('admin', parseListen);
  const remote = places?.find((place) => !isLocalTarget(place));
  if (remote === undefined) return places;
  throw new CliError(
    EXIT_REFUSED,
    `${settings.find('admin').at(-1)?.origin}: ${formatTarget(remote)} accepts connections from other machines, and the admin knows no passwords; write 127.0.0.1:PORT or unix:PATH`,
  );
}
