import type { Cidr } from '@mdns-ambassador/ambassador';
import type { Target } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import { parseChoice } from '../../parse/choice.ts';
import { parseProxiedService } from '../../parse/service-argument.ts';
import { readAllowedCidrs } from '../../requests/cidrs.ts';
import { readLocalPlaces } from '../../requests/proxy-request.ts';
import type { ServiceRequest } from '../../requests/service-requests.ts';
import { type Origins, readOrigins } from '../../requests/source-request.ts';
import { readGiven, type Settings } from '../../settings/settings.ts';
import { RENDER_FORMATS, type RenderFormat } from './options.ts';

/** What needs no quotes in the file of either program. */
const PLAIN_PATH = /^[\w./@+-]+$/;

/** What to write, and where. */
export interface RenderOutput {
  readonly format: RenderFormat;
  readonly isFragment: boolean;
  /** Absent: standard output. */
  readonly file: string | undefined;
  readonly check: string | undefined;
  readonly reload: string | undefined;
}

/** One service to look for. */
export interface RenderRequest {
  readonly service: string;
  /** What is browsed where a whole type was asked for: `_http._tcp`; absent: the service by its name. */
  readonly type?: string | undefined;
  /** Empty for `env`. */
  readonly listen: readonly Target[];
  readonly origins: Origins;
  readonly allowed: readonly Cidr[];
}

/** What the machine adds to what was written. */
export interface RenderMachine {
  readonly platform: NodeJS.Platform;
  /** It has `::1`. */
  readonly hasIpv6: boolean;
}

/** The first word after `render`. */
export function readRenderFormat(word: string | undefined): RenderFormat {
  if (word === undefined) {
    throw new CliError(
      EXIT_USAGE,
      `render what? Write ${RENDER_FORMATS.join(', ')}, such as ambassador render haproxy redis`,
    );
  }
  return readGiven({ text: word, origin: 'render', exitCode: EXIT_USAGE }, (text) => parseChoice(text, RENDER_FORMATS));
}

export function readRenderOutput(format: RenderFormat, settings: Settings): RenderOutput {
  const file = settings.read('output', (text) => text);
  const [check, reload] = ['check', 'reload'].map((option) => {
    const given = settings.find(option).at(-1);
    if (given === undefined || file !== undefined) return given?.text;
    throw new CliError(given.exitCode, `${given.origin} goes with a file; write it as -o FILE`);
  });
  const isFragment = settings.isSet('fragment');
  if (isFragment && format !== 'nginx') {
    const origin = settings.find('fragment').at(-1)?.origin;
    throw new CliError(EXIT_USAGE, `${origin} goes with nginx alone; leave it out for ${format}`);
  }
  return { format, isFragment, file, check, reload };
}

/** Throws a CliError that names the first wrong value. Each service stands once. */
export function readRenderRequests(
  format: RenderFormat,
  requests: readonly ServiceRequest[],
  { platform, hasIpv6 }: RenderMachine,
): readonly RenderRequest[] {
  const seen = new Set<string>();
  return requests.map((request) => {
    const { service, type } = readGiven(request.service, parseProxiedService);
    if (seen.has(service)) {
      const { origin, exitCode } = request.service;
      throw new CliError(exitCode, `${origin}: "${service}" is named twice; name it once, with several --listen`);
    }
    seen.add(service);
    const written = format === 'env' ? [] : readLocalPlaces(request, { platform });
    const isDefault = request.settings.find('listen').length === 0;
    const listen = isDefault && !hasIpv6 ? written.filter(isIpv4) : written;
    for (const place of listen) refuseOddPath(place, request.settings);
    return {
      service,
      type,
      listen,
      origins: readOrigins(request.settings),
      allowed: readAllowedCidrs(request.settings),
    };
  });
}

function isIpv4(place: Target): boolean {
  return place.kind === 'tcp' && !place.address.includes(':');
}

function refuseOddPath(place: Target, settings: Settings): void {
  if (place.kind !== 'unix' || PLAIN_PATH.test(place.path)) return;
  const given = settings.find('listen').at(-1);
  throw new CliError(
    given?.exitCode ?? EXIT_USAGE,
    `${given?.origin}: "${place.path}" can't stand in the file as it is; write a path of letters, digits and ./_@+- only`,
  );
}
