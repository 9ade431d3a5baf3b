import type { Txt } from './txt.ts';
import { readTxtText } from './txt-text.ts';

/** RFC 6335 5.1 */
const LONGEST_SERVICE_NAME = 15;

/** What people call services whose registered name is another (IANA, Service Name and Transport Protocol Port Number Registry). */
const REGISTERED_NAMES: ReadonlyMap<string, string> = new Map([
  ['etcd', 'etcd-client'],
  ['memcached', 'memcache'],
  ['mongo', 'mongodb'],
  ['mssql', 'ms-sql-s'],
  ['neo4j', 'bolt'],
  ['pg', 'postgresql'],
  ['postgres', 'postgresql'],
  ['rabbitmq', 'amqp'],
  ['sqlserver', 'ms-sql-s'],
  ['web', 'http'],
]);

/** They name a protocol that printers, cameras and every other device speak, and no service: whose instance it is, the instance has to say. */
const GENERAL_NAMES: ReadonlySet<string> = new Set(['http', 'https']);

/** TXT: the name that others ask for, where it is not the type's own. */
export const SERVICE_TXT_KEY = 'svc';

/** 1 to 15 of a-z, 0-9 and -, a letter among them, no hyphen at an end or beside another (RFC 6335 5.1, RFC 6763 7.2). Lower case. */
export function isServiceName(text: string): boolean {
  return text.length <= LONGEST_SERVICE_NAME && /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/** As what a service is announced: `_redis._tcp` of `redis`, the registered `_http._tcp` of `web`. */
export function typeOf(service: string): string {
  return `_${REGISTERED_NAMES.get(service) ?? service}._tcp`;
}

/** As what a service may be announced: {@link typeOf} first, and what versions before there was a table announce, `_web._tcp`. */
export function typesOf(service: string): readonly string[] {
  return [...new Set([typeOf(service), `_${service}._tcp`])];
}

/** The service that a type stands for, in lower case: `redis` of `_redis._tcp`, `foo` of `_foo._udp`; what is no type is itself. */
export function serviceOf(type: string): string {
  return (/^_((?:[^.\\]|\\.)+)\./.exec(type)?.[1] ?? type).toLowerCase();
}

/** Under which type a service is announced by its name; `svc` where the type alone does not tell which it is. */
export function announceAs(service: string): { readonly type: string; readonly svc?: string } {
  const type = typeOf(service);
  return serviceOf(type) === service ? { type } : { type, svc: service };
}

/** The name that others ask for. */
export function nameOf({ type, svc }: { readonly type: string; readonly svc?: string }): string {
  return svc ?? serviceOf(type);
}

/** Of an instance: what it says that it is, where its type is that service's; else what its type stands for. */
export function readService({ type, txt }: { readonly type: string; readonly txt: Txt }): string {
  const said = readTxtText(txt, SERVICE_TXT_KEY)?.toLowerCase();
  return said !== undefined && typeOf(said) === type.toLowerCase() ? said : serviceOf(type);
}

/** Whether both names mean one service: `postgres` and `postgresql` do, `web` and `http` do not. */
export function isSameService(one: string, other: string): boolean {
  return one === other || (typeOf(one) === typeOf(other) && !isGeneral(one));
}

/** Whether the type of a service is shared by services of other names. */
export function isGeneral(service: string): boolean {
  return GENERAL_NAMES.has(serviceOf(typeOf(service)));
}

/** Whether a browser opens what is announced as this type. */
export function isWebType(type: string): boolean {
  return /^_https?\._tcp$/i.test(type);
}

/** Whether it is a type as RFC 6763 7 allows it to who announces. */
export function isServiceType(type: string): boolean {
  const [, name = ''] = /^_([^.]+)\._(?:tcp|udp)$/i.exec(type) ?? [];
  return isServiceName(name.toLowerCase());
}
