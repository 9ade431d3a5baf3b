import { formatTarget, isLocalTarget, type Target } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED } from '../exit/exit-codes.ts';
import { parseListen } from '../parse/listen.ts';
import type { Settings } from '../settings/settings.ts';

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
