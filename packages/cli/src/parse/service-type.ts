import { announceAs, isServiceName, nameOf, serviceOf, type WantedService } from '@mdns-ambassador/mdns';
import { InvalidValue } from '../exit/cli-error.ts';

/**
 * As what a service is announced (RFC 6763 4.1.2): a name as the service of that name, `web` as `_http._tcp` with TXT `svc`; a whole type as
 * it is, `_sleep-proxy._udp`.
 */
export function parseServiceType(text: string): ReturnType<typeof announceAs> {
  const match = /^(?:_([^._]+)\._(tcp|udp)|([^._]+))(?:\.local)?\.?$/.exec(text.toLowerCase());
  const name = match?.[1] ?? match?.[3];
  if (name === undefined || !isServiceName(name)) {
    throw new InvalidValue(`"${text}" is no service type; write a name or a full type, such as redis or _redis._tcp`);
  }
  return match?.[2] === undefined ? announceAs(name) : { type: `_${name}._${match[2]}` };
}

/** A whole type: one label of anything after the underscore, dots and backslashes escaped, and the transport. */
const WHOLE_TYPE = /^(_(?:[^.\\]|\\.)+)\.(_tcp|_udp)(?:\.local)?\.?$/i;
/** RFC 1035 2.3.4 */
const MAX_LABEL_BYTES = 63;

/** What is looked for: a name, or a whole type, whatever it is called: devices are in use whose types RFC 6763 7 does not allow. */
export function parseWantedService(text: string): WantedService {
  const match = WHOLE_TYPE.exec(text);
  const label = match?.[1];
  if (match === null || label === undefined) return { service: nameOf(parseServiceType(text)) };
  if (Buffer.byteLength(label) > MAX_LABEL_BYTES || hasControl(label)) {
    throw new InvalidValue(`"${text}" is no service type; write a name or a full type, such as redis or _redis._tcp`);
  }
  const type = `${label}.${match[2]}`.toLowerCase();
  return { service: fileNameOfType(type), type };
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}

/** `redis` of `_redis._tcp`, for files and variables: `x-y` of `_x y._tcp`. */
function fileNameOfType(type: string): string {
  return serviceOf(type).replace(/[^a-z0-9_-]+/g, '-');
}
