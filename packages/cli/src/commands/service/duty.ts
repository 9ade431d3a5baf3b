import { EXIT_REFUSED } from '../../exit/exit-codes.ts';
import type { Scope } from '../../process/scope.ts';
import { readAdminPlaces } from '../../requests/admin-request.ts';
import type { FilePlan } from '../../requests/file-plan.ts';
import type { UpRequest } from '../../requests/up-request.ts';
import type { Given, Settings } from '../../settings/settings.ts';
import { isUsualKey } from '../../settings/usual-key.ts';

/** What the service is to do, and what it needs for that. */
export interface Duty {
  /** The whole path of the configuration file. */
  readonly config: string;
  /** Whether every user of the machine may read it. */
  readonly isReadableByAll: boolean;
  /** The whole path of the mesh key that is named to the service; undefined where it finds the key by itself, and in open mode. */
  readonly key: string | undefined;
  /** The key's membership is renewed, and written to its file. */
  readonly isRenewed: boolean;
  /** `--open` was written: no key is looked for. */
  readonly isOpen: boolean;
  /** It listens on a port below 1024. */
  readonly hasLowPort: boolean;
  /** It opens the socket of the Docker daemon. */
  readonly asksDocker: boolean;
  /** It tells containers at a socket. */
  readonly tellsContainers: boolean;
}

const FIRST_FREE_PORT = 1024;

/** `own`: the settings of the command line and the environment. */
export function describeDuty(
  config: string,
  isReadableByAll: boolean,
  { plan, mesh, settings }: UpRequest,
  own: Settings,
  scope: Scope,
): Duty {
  return {
    config,
    isReadableByAll,
    key: scope === 'system' || isKeyNamed(own) ? mesh?.path : undefined,
    isRenewed: mesh?.ring.kind === 'member',
    isOpen: own.isSet('open'),
    hasLowPort: listPorts(plan, settings).some((port) => port > 0 && port < FIRST_FREE_PORT),
    asksDocker: plan.docker.some(({ address }) => address.kind === 'socket'),
    tellsContainers: plan.agent.length > 0,
  };
}

/** The machine's service is another user, to whom the key in its usual place is named: what is said of a named key holds for it. */
export function nameKey(own: Settings, { mesh }: UpRequest, scope: Scope): Settings {
  if (scope === 'user' || mesh === undefined) return own;
  const given: Given = {
    text: mesh.path,
    origin: `the mesh key ${mesh.path}, as the machine's service has it`,
    exitCode: EXIT_REFUSED,
  };
  return own.withFallback({ find: (option) => (option === 'mesh-key-file' ? [given] : []) });
}

/** By an option or a variable; the service reads the file itself. */
function isKeyNamed(own: Settings): boolean {
  const given = own.find('mesh-key-file').at(-1);
  return given !== undefined && !isUsualKey(given);
}

function listPorts({ proxy, dns }: FilePlan, settings: Settings): readonly number[] {
  const places = [
    ...proxy.flatMap(({ listen }) => listen),
    ...dns.flatMap(({ at }) => at),
    ...(readAdminPlaces(settings) ?? []),
  ];
  return places.flatMap((place) => ('port' in place ? [place.port] : []));
}
