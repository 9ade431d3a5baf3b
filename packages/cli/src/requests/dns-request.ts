import { DEFAULT_DOMAIN, type DnsPlace } from '@mdns-ambassador/dns';
import { formatTarget, isLocalTarget } from '@mdns-ambassador/relay';
import { CliError, InvalidValue } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_REFUSED } from '../exit/exit-codes.ts';
import { parseServedDomain } from '../parse/domain.ts';
import { parseListen } from '../parse/listen.ts';
import type { Settings } from '../settings/settings.ts';

const DEFAULT_PLACE: DnsPlace = { kind: 'tcp', address: '127.0.0.1', port: 5355 };

export interface DnsRequest {
  readonly at: readonly DnsPlace[];
  /** `ambassador.internal` */
  readonly domain: string;
}

/** Where to answer, and for what; `flag`: what lets other machines ask. Throws a CliError that names the first wrong value. */
export function readDnsRequest(settings: Settings, flag = '--allow-remote'): DnsRequest {
  const at = settings.read('listen', parsePlaces) ?? [DEFAULT_PLACE];
  const remote = at.find((place) => !isLocalTarget(place));
  const [given] = settings.find('listen');
  if (remote !== undefined && !settings.isSet('allow-remote')) {
    const permission = given?.exitCode === EXIT_CONFIG ? 'allowRemote: true' : flag;
    throw new CliError(
      EXIT_REFUSED,
      `${given?.origin}: ${formatTarget(remote)} answers other machines; add ${permission} if that is meant, or write 127.0.0.1`,
    );
  }
  return { at, domain: settings.read('domain', parseServedDomain) ?? DEFAULT_DOMAIN };
}

function parsePlaces(text: string): readonly DnsPlace[] {
  return parseListen(text).map((place) => {
    if (place.kind === 'tcp') return place;
    throw new InvalidValue(`"${text}" is a path, where no resolver asks; write ADDRESS:PORT, such as 127.0.0.1:5355`);
  });
}
