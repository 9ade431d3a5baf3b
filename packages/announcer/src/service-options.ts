import { isHostLabel, isServiceName, isServiceType, type ServiceOptions } from '@mdns-ambassador/mdns';
import type { AnnouncementOptions } from './announcement-options.ts';
import { buildAnnouncementTxt } from './announcement-txt.ts';
import { AnnouncerError } from './announcer-error.ts';
import { trimInstanceName } from './instance-name.ts';

/** RFC 1035 2.3.4 */
const MAX_LABEL_BYTES = 63;
const MAX_UINT16 = 0xffff;
/** RFC 2181 8 */
const MAX_TTL_SECONDS = 0x7fffffff;
/** RFC 6763 4.1.1: an instance name holds no ASCII control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/** What an announcement becomes on the wire, beside what its options say. */
export interface ServicePlacement {
  /** TXT `id`. */
  readonly id: string;
  /** The port that the LAN dials: the service's own, or the ingress's. */
  readonly port: number;
  /** Absent: every interface of the node. */
  readonly interfaces?: readonly string[];
}

/**
 * The DNS-SD service of an announcement. The instance name is cut to 63 bytes on a character boundary; everything else
 * that does not fit throws an {@link AnnouncerError} which says the value and the bound.
 */
export function buildServiceOptions(options: AnnouncementOptions, placement: ServicePlacement): ServiceOptions {
  validateAnnouncementOptions(options);
  return {
    name: trimInstanceName(options.instance),
    type: options.type,
    subtypes: options.subtypes,
    port: placement.port,
    priority: options.priority,
    weight: options.weight,
    txt: buildAnnouncementTxt({ id: placement.id, svc: options.svc }, options.txt, false),
    ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
    ...(options.alias === undefined ? {} : { alias: options.alias }),
    ...(options.family === undefined || options.relay ? {} : { family: options.family }),
    ...(placement.interfaces === undefined ? {} : { interfaces: placement.interfaces }),
  };
}

/** Throws an {@link AnnouncerError} that names the first option which is out of bounds. TXT is looked at where it is built. */
function validateAnnouncementOptions(options: AnnouncementOptions): void {
  if (!isServiceName(options.service.toLowerCase())) {
    throw refuse(`service "${options.service}" is no service name: 1 to 15 of a-z, 0-9 and -, a letter among them`);
  }
  if (!isServiceType(options.type)) {
    throw refuse(`type "${options.type}" is no DNS-SD type: write it like _redis._tcp`);
  }
  if (options.alias !== undefined && !isHostLabel(options.alias)) {
    throw refuse(`alias "${options.alias}" is no host name: write one label of a-z, 0-9 and -, such as web`);
  }
  if (options.instance === '' || CONTROL_CHARACTERS.test(options.instance)) {
    throw refuse(
      `instance name ${JSON.stringify(options.instance)} is empty or has control characters: write plain text`,
    );
  }
  for (const subtype of options.subtypes) {
    const bytes = Buffer.byteLength(subtype);
    if (bytes === 0 || bytes > MAX_LABEL_BYTES) {
      throw refuse(`subtype ${JSON.stringify(subtype)} has ${bytes} bytes: 1 to ${MAX_LABEL_BYTES} are allowed`);
    }
  }
  requireInteger('port', options.port, 1, MAX_UINT16);
  requireInteger('priority', options.priority, 0, MAX_UINT16);
  requireInteger('weight', options.weight, 0, MAX_UINT16);
  if (options.ttl !== undefined) requireInteger('ttl', options.ttl, 1, MAX_TTL_SECONDS);
  requireInteger('check interval', options.checkIntervalMs, 1, MAX_TTL_SECONDS);
  requireInteger('rise', options.rise, 1, MAX_UINT16);
  requireInteger('fall', options.fall, 1, MAX_UINT16);
}

function requireInteger(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw refuse(`${what} ${value} is out of range: a whole number from ${min} to ${max}`);
}

function refuse(message: string): AnnouncerError {
  return new AnnouncerError('INVALID_OPTION', message);
}
