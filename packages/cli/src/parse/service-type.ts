import { InvalidValue } from '../cli-error.ts';
import { isServiceName } from './service-name.ts';

/** A DNS-SD type (RFC 6763 4.1.2): `redis` and `_redis._tcp` give `_redis._tcp`; `_sleep-proxy._udp` stays. */
export function parseServiceType(text: string): string {
  const match = /^(?:_([^._]+)\._(tcp|udp)|([^._]+))(?:\.local)?\.?$/.exec(text.toLowerCase());
  const name = match?.[1] ?? match?.[3];
  if (name === undefined || !isServiceName(name)) {
    throw new InvalidValue(`"${text}" is no service type; write a name or a full type, such as redis or _redis._tcp`);
  }
  return `_${name}._${match?.[2] ?? 'tcp'}`;
}

/** `redis` of `_redis._tcp`. */
export function nameOfType(type: string): string {
  return /^_([^.]+)\./.exec(type)?.[1] ?? type;
}
