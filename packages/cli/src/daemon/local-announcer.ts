import {
  type AnnouncementContext,
  type AnnouncementOptions,
  Announcer,
  AnnouncerError,
  type AnnouncerEvent,
  type AnnouncerOptions,
} from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import type { Room } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_NO_INPUT, EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { nameOfType } from '../parse/service-type.ts';
import type { PlannedAnnouncement } from '../requests/announce-request.ts';
import { createHost } from './announcer-host.ts';
import type { Injections, OpenInjection } from './injections.ts';
import type { Speaker } from './speaker.ts';

/** A service that others still connect to is kept this long after its goodbye. */
export const GRACE_MS = 2_000;
export const DRAIN_TIMEOUT_MS = 30_000;

const EXIT_CODES: Readonly<Record<string, number>> = {
  LOOPBACK_ONLY: EXIT_REFUSED,
  COMMAND_NOT_FOUND: EXIT_NO_INPUT,
  COMMAND_NOT_EXECUTABLE: EXIT_NO_INPUT,
  COMMAND_FAILED: EXIT_NO_INPUT,
};

type AnnouncerSurroundings = Pick<Speaker, 'publisher' | 'source' | 'network'> &
  Pick<AnnouncementContext, 'injection' | 'identity'> & { readonly mesh?: Mesh | undefined; readonly room: Room };

/** An announcer on the machine that this process runs on. Throws a CliError where an option is out of bounds. */
export function createAnnouncer(
  { publisher, source, network, injection, identity, mesh, room }: AnnouncerSurroundings,
  announcements: readonly AnnouncementOptions[],
  platform: NodeJS.Platform,
  onEvent: (event: AnnouncerEvent) => void,
): Announcer {
  const options: AnnouncerOptions = {
    ...(injection === undefined ? {} : { injection }),
    announcements,
    publisher,
    ...(mesh === undefined ? {} : { mesh }),
    ...(source === undefined ? {} : { source }),
    clock: systemClock,
    random: Math.random,
    identity,
    host: createHost(network, platform, room),
    onEvent,
  };
  try {
    return new Announcer(options);
  } catch (error) {
    throw error instanceof AnnouncerError ? toCliError(error) : error;
  }
}

/** The credentials of one announcement, if any. Throws a CliError when they can't be had. */
export function openAnnouncerInjection(
  { service, injected }: PlannedAnnouncement,
  injections: Injections,
): OpenInjection | undefined {
  return injected === undefined ? undefined : injections.open({ service, credentials: injected, isInsecure: false });
}

/** What a token must be for to announce this. */
export function nameMeshService({ type }: AnnouncementOptions): string {
  return nameOfType(type);
}

/** With the exit code that fits. */
export function toCliError(error: AnnouncerError): CliError {
  return new CliError(EXIT_CODES[error.code] ?? EXIT_USAGE, error.message, { cause: error });
}
