/** RFC 6335 5.1 */
const LONGEST_SERVICE_NAME = 15;

/** 1 to 15 of a-z, 0-9 and -, a letter among them, no hyphen at an end or beside another (RFC 6335 5.1, RFC 6763 7.2). Lower case. */
export function isServiceName(text: string): boolean {
  return text.length <= LONGEST_SERVICE_NAME && /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/** `_redis._tcp` of `redis`. */
export function typeOf(service: string): string {
  return `_${service}._tcp`;
}

/** The service that a type stands for, in lower case: `redis` of `_redis._tcp`, `foo` of `_foo._udp`; what is no type is itself. */
export function serviceOf(type: string): string {
  return (/^_((?:[^.\\]|\\.)+)\./.exec(type)?.[1] ?? type).toLowerCase();
}

/** Whether it is a type as RFC 6763 7 allows it to who announces. */
export function isServiceType(type: string): boolean {
  const [, name = ''] = /^_([^.]+)\._(?:tcp|udp)$/i.exec(type) ?? [];
  return isServiceName(name.toLowerCase());
}
